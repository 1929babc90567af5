"""Pairing a computer with a phone, for oracle.py. The boxes are libsodium's, by PyNaCl."""

import hashlib
import re
import unicodedata

import nacl.bindings as sodium
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from nacl.exceptions import CryptoError

MAXIMUM_DOCUMENT = 256 * 1024 - 41
LINK = "https://get.krypt.co/#"
VERSION = re.compile(r"[0-9]{1,9}\.[0-9]{1,9}\.[0-9]{1,9}([-+][0-9A-Za-z.+-]{1,34})?")
CODE_LABEL = b"vaultwire pairing comparison code v1\0"
HOST_BOUND = b"publickey-hostbound-v00@openssh.com"
ALGORITHMS = ["ssh-ed25519", "ecdsa-sha2-nistp256", "ssh-rsa", "rsa-sha2-256", "rsa-sha2-512"]
KEY_MAGIC = bytes.fromhex("2ce5c8df17e22ef20fd38303fd2d9998")
P = 2**255 - 19
D = -121665 * pow(121666, -1, P) % P
IDENTITY = re.compile(r"(?:[^<>]* )?<[^<>]*> (?:0|[1-9][0-9]{0,14}) [+-][0-9]{2}[0-5][0-9]")
OBJECT_ID = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")


def operations(base):
    """The operations, on top of what oracle.py has."""
    refusal, unhex = base.Refusal, base.unhex

    def of_length(value, *lengths):
        if len(value) not in lengths:
            raise refusal("length-invalid")
        return value

    def units(text):
        """Length as JavaScript counts it."""
        return len(text.encode("utf-16-le", "surrogatepass")) // 2

    # Boxes

    def shared(secret, peer):
        of_length(secret, 32)
        of_length(peer, 32)
        try:
            return sodium.crypto_box_beforenm(peer, secret)
        except (CryptoError, RuntimeError):
            raise refusal("point-invalid") from None

    def seal(key, nonce, plaintext):
        return nonce + sodium.crypto_box_easy_afternm(plaintext, nonce, key)

    def open_box(key, sealed):
        if len(sealed) < 40:
            raise refusal("message-too-short")
        try:
            return sodium.crypto_box_open_easy_afternm(sealed[24:], sealed[:24], key)
        except CryptoError:
            raise refusal("open-failed") from None

    def public_of(secret):
        return sodium.crypto_scalarmult_base(of_length(secret, 32))

    def seal_to(recipient, ephemeral, plaintext):
        of_length(recipient, 32)
        sender = public_of(ephemeral)
        nonce = hashlib.blake2b(sender + recipient, digest_size=24).digest()
        shared(ephemeral, recipient)
        return sender + sodium.crypto_box_easy(plaintext, nonce, recipient, ephemeral)

    def open_sealed(secret, sealed):
        if len(sealed) < 48:
            raise refusal("message-too-short")
        try:
            return sodium.crypto_box_seal_open(sealed, public_of(secret), secret)
        except (CryptoError, RuntimeError):
            raise refusal("open-failed") from None

    def keys_of(t):
        return shared(unhex(t["privateKey"]), unhex(t["peerPublicKey"]))

    def box_seal(t):
        return {"sealed": seal(keys_of(t), unhex(t["nonce"]), unhex(t["plaintext"])).hex()}

    def box_open(t):
        return {"plaintext": open_box(keys_of(t), unhex(t["sealed"])).hex()}

    def sealed_box_make(t):
        sealed = seal_to(unhex(t["publicKey"]), unhex(t["ephemeralPrivateKey"]), unhex(t["plaintext"]))
        return {"sealed": sealed.hex()}

    def sealed_box_open(t):
        return {"plaintext": open_sealed(unhex(t["privateKey"]), unhex(t["sealed"])).hex()}

    # Messages

    def key_message(computer, phone, ephemeral):
        of_length(phone, 32)
        return b"\x02" + seal_to(computer, ephemeral, phone)

    def key_message_make(t):
        parts = (unhex(t[name]) for name in ("computerPublicKey", "phonePublicKey", "ephemeralPrivateKey"))
        return {"message": key_message(*parts).hex()}

    def ciphertext_message(key, nonce, plaintext):
        if len(plaintext) > MAXIMUM_DOCUMENT:
            raise refusal("message-too-long")
        return b"\x00" + seal(key, nonce, plaintext)

    def ciphertext_message_make(t):
        plaintext = unhex(t["plaintext"]) if "plaintext" in t else bytes(t["plaintextLength"])
        return {"message": ciphertext_message(keys_of(t), unhex(t["nonce"]), plaintext).hex()}

    def split_message(message):
        if len(message) > MAXIMUM_DOCUMENT + 41:
            raise refusal("message-too-long")
        if not message:
            raise refusal("message-too-short")
        header, body = message[0], message[1:]
        if header == 1:
            raise refusal("wrap-refused")
        if header == 2:
            return "key", of_length(body, 80)
        if header != 0:
            raise refusal("header-invalid")
        if len(body) < 40:
            raise refusal("message-too-short")
        return "ciphertext", body

    def message_open(t):
        kind, body = split_message(unhex(t["message"]))
        content = open_sealed(unhex(t["privateKey"]), body) if kind == "key" else open_box(keys_of(t), body)
        return {"kind": kind, "content": content.hex()}

    # QR texts and names

    def version_of(obj):
        version = base.text_of(obj, "v")
        if not VERSION.fullmatch(version):
            raise refusal("field-invalid")
        return version

    def qr_read(text):
        if units(text) > 4096:
            raise refusal("message-too-long")
        data = base.unbase64(text[len(LINK) :]) if text.startswith(LINK) else text.encode()
        obj = base.parse_object(data, 3 * 4096, 4)
        found = {"publicKey": of_length(base.base64_of(obj, "pk"), 32).hex()}
        device, browser = base.opt_text(obj, "d"), base.opt_text(obj, "b")
        found["name"] = base.text_of(obj, "n")
        found["version"] = version_of(obj)
        if device is not None:
            found["deviceIdentifier"] = of_length(base.unbase64(device), 16).hex()
        if browser is not None:
            found["browser"] = browser
        return found

    def qr_text(t, form):
        obj = {"pk": base.b64(unhex(t["publicKey"])), "n": t["name"], "v": t["version"]}
        if "deviceIdentifier" in t:
            obj["d"] = base.b64(unhex(t["deviceIdentifier"]))
        if "browser" in t:
            obj["b"] = t["browser"]
        data = base.dump(obj)
        text = data.decode()
        if form == "link":
            text = LINK + base.b64(data).replace("+", "-").replace("/", "_")
        qr_read(text)
        return text

    def names_of(public):
        digits = base.digest(of_length(public, 32))[:16].hex().upper()
        name = "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))
        return {"toPhone": name, "toComputer": name + "-responder"}

    def code_of(computer, phone):
        of_length(computer, 32)
        of_length(phone, 32)
        number = int.from_bytes(base.digest(CODE_LABEL + computer + phone)[:8], "big") % 10**6
        return f"{number // 1000:03} {number % 1000:03}"

    def comparison_code(t):
        return {"code": code_of(unhex(t["computerPublicKey"]), unhex(t["phonePublicKey"]))}

    # Requests and answers

    def one_of(obj, names):
        present = [name for name in names if obj.get(name) is not None]
        if len(present) > 1:
            raise refusal("field-invalid")
        return (present[0], base.object_of(obj[present[0]])) if present else (None, None)

    def filled(obj, name):
        value = base.base64_of(obj, name)
        if not value:
            raise refusal("field-missing")
        return value

    def put(target, name, value):
        if value is not None:
            target[name] = value
        return target

    def common(obj):
        request_id = base.text_of(obj, "request_id")
        if not 1 <= units(request_id) <= 128:
            raise refusal("field-invalid")
        return {"requestId": request_id, "version": version_of(obj)}

    def key_handle(obj):
        value = filled(obj, "key_handle")
        if len(value) > 255:
            raise refusal("length-invalid")
        return value.hex()

    def challenge(obj):
        return of_length(base.base64_of(obj, "challenge"), 32).hex()

    def content_read(obj):
        name, inner = one_of(obj, ("commit", "tag"))
        if name is None:
            raise refusal("field-missing")
        message = base.base64_of(inner, "message").hex()
        text = base.text_of
        if name == "tag":
            members = {"object": text(inner, "object"), "objectType": text(inner, "type"), "tag": text(inner, "tag")}
            return {"type": "tag", **members, "tagger": text(inner, "tagger"), "message": message}
        content = {"type": "commit", "tree": text(inner, "tree")}
        put(content, "parent", base.opt_text(inner, "parent"))
        put(content, "mergeParents", base.opt_texts(inner, "merge_parents"))
        members = {"author": text(inner, "author"), "committer": text(inner, "committer"), "message": message}
        return {**content, **members}

    def host_auth(obj):
        return {
            "hostKey": filled(obj, "host_key").hex(),
            "signature": filled(obj, "signature").hex(),
            "hostNames": base.opt_texts(obj, "host_names") or [],
        }

    def request_body(obj):
        kinds = {
            "me_request": "me",
            "sign_request": "sign",
            "git_sign_request": "git-sign",
            "hosts_request": "hosts",
            "unpair_request": "unpair",
            "u2f_register_request": "u2f-register",
            "u2f_authenticate_request": "u2f-authenticate",
        }
        name, inner = one_of(obj, kinds)
        if name is None:
            return {"kind": "no-op"}
        body = {"kind": kinds[name]}
        if name == "me_request":
            put(body, "pgpUserId", base.opt_text(inner, "pgp_user_id"))
            put(body, "u2fOnly", base.opt_bool(inner, "u2f_only"))
        elif name == "sign_request":
            body["data"] = filled(inner, "data").hex()
            body["fingerprint"] = of_length(base.base64_of(inner, "public_key_fingerprint"), 32).hex()
            put(body, "command", base.opt_text(inner, "command"))
            if inner.get("host_auth") is not None:
                body["hostAuth"] = host_auth(base.object_of(inner["host_auth"]))
        elif name == "git_sign_request":
            body["userId"] = base.text_of(inner, "user_id")
            body["content"] = content_read(inner)
        elif name == "u2f_register_request":
            body.update(challenge=challenge(inner), appId=base.text_of(inner, "app_id"))
        elif name == "u2f_authenticate_request":
            body.update(challenge=challenge(inner), appId=base.text_of(inner, "app_id"), keyHandle=key_handle(inner))
        return body

    def read_request(data):
        obj = base.parse_object(data, MAXIMUM_DOCUMENT, 8)
        seconds = base.whole_of(obj, "unix_seconds")
        if seconds < 0:
            raise refusal("field-invalid")
        acknowledge = base.opt_bool(obj, "a") or False
        return {**common(obj), "unixSeconds": seconds, "acknowledge": acknowledge, "body": request_body(obj)}

    def without_none(members):
        return {name: value for name, value in members.items() if value is not None}

    def b64_hex(value):
        return None if value is None else base.b64(unhex(value))

    def content_write(content):
        members = {**content, "message": b64_hex(content["message"])}
        kind = members.pop("type")
        if kind == "tag":
            members["type"] = members.pop("objectType")
        elif "mergeParents" in members:
            members["merge_parents"] = members.pop("mergeParents")
        return {kind: members}

    def request_make(t):
        request = t["request"]
        body = request["body"]
        kind = body["kind"]
        inner = {}
        if kind == "me":
            inner = {"pgp_user_id": body.get("pgpUserId"), "u2f_only": body.get("u2fOnly")}
        elif kind == "sign":
            auth = body.get("hostAuth")
            inner = {
                "data": b64_hex(body["data"]),
                "public_key_fingerprint": b64_hex(body["fingerprint"]),
                "command": body.get("command"),
                "host_auth": auth
                and {
                    "host_key": b64_hex(auth["hostKey"]),
                    "signature": b64_hex(auth["signature"]),
                    "host_names": auth["hostNames"],
                },
            }
        elif kind == "git-sign":
            inner = {"user_id": body["userId"], **content_write(body["content"])}
        elif kind.startswith("u2f"):
            inner = {
                "challenge": b64_hex(body["challenge"]),
                "app_id": body["appId"],
                "key_handle": b64_hex(body.get("keyHandle")),
            }
        document = {
            "request_id": request["requestId"],
            "unix_seconds": request["unixSeconds"],
            "v": request["version"],
            "a": request["acknowledge"],
        }
        if kind != "no-op":
            document[kind.replace("-", "_") + "_request"] = without_none(inner)
        read_request(base.dump(document))
        return {"document": document}

    def error_of(obj, results):
        error = base.opt_text(obj, "error")
        if error is None:
            return None
        if error == "" or any(obj.get(name) is not None for name in results):
            raise refusal("field-invalid")
        return {"error": error}

    def me_read(obj):
        me = {"email": base.text_of(obj, "email")}
        names = (("publicKeyWire", "public_key_wire"), ("pgpPublicKey", "pgp_pk"), ("deviceIdentifier", "device_identifier"))
        for ours, theirs in names:
            value = base.opt_base64(obj, theirs)
            put(me, ours, None if value is None else value.hex())
        return put(me, "u2fAccounts", base.opt_texts(obj, "u2f_accounts"))

    def hosts_read(obj):
        info = obj.get("host_info")
        if info is None:
            raise refusal("field-missing")
        info = base.object_of(info)
        hosts = [
            {"user": base.text_of(base.object_of(one), "user"), "host": base.text_of(one, "host")}
            for one in base.list_of(info, "hosts")
        ]
        return {"hosts": hosts, "pgpUserIds": base.opt_texts(info, "pgp_user_ids") or []}

    def answer_body(obj):
        kinds = {
            "ack_response": "ack",
            "me_response": "me",
            "sign_response": "sign",
            "git_sign_response": "git-sign",
            "hosts_response": "hosts",
            "unpair_response": "unpair",
            "u2f_register_response": "u2f-register",
            "u2f_authenticate_response": "u2f-authenticate",
        }
        name, inner = one_of(obj, kinds)
        if name is None:
            raise refusal("field-missing")
        kind = kinds[name]
        if kind == "me":
            if inner.get("me") is None:
                raise refusal("field-missing")
            return {"kind": kind, "me": me_read(base.object_of(inner["me"]))}
        if kind in ("ack", "unpair"):
            return {"kind": kind}
        results = {"hosts": ("host_info",), "u2f-register": ("signature", "public_key")}.get(kind, ("signature",))
        found = error_of(inner, results)
        if found is None and kind == "hosts":
            found = hosts_read(inner)
        elif found is None:
            found = {}
            if kind.startswith("u2f"):
                found["publicKey"] = of_length(base.base64_of(inner, "public_key"), 65).hex()
            if kind == "u2f-register":
                found["keyHandle"] = key_handle(inner)
                found["attestationCertificate"] = filled(inner, "attestation_certificate").hex()
            found["signature"] = filled(inner, "signature").hex()
            if kind == "u2f-authenticate":
                found["counter"] = base.whole_of(inner, "counter")
                if not 0 <= found["counter"] < 2**32:
                    raise refusal("field-invalid")
        return {"kind": kind, **found}

    def read_answer(data):
        obj = base.parse_object(data, MAXIMUM_DOCUMENT, 8)
        answer = {}
        put(answer, "snsEndpointArn", base.opt_text(obj, "sns_endpoint_arn"))
        put(answer, "trackingId", base.opt_text(obj, "tracking_id"))
        return {**answer, **common(obj), "body": answer_body(obj)}

    def answer_make(t):
        answer = t["answer"]
        body = answer["body"]
        kind = body["kind"]
        inner = {}
        if "error" in body:
            inner = {"error": body["error"]}
        elif kind == "me":
            me = body["me"]
            inner = {
                "me": without_none(
                    {
                        "public_key_wire": b64_hex(me.get("publicKeyWire")),
                        "email": me["email"],
                        "pgp_pk": b64_hex(me.get("pgpPublicKey")),
                        "device_identifier": b64_hex(me.get("deviceIdentifier")),
                        "u2f_accounts": me.get("u2fAccounts"),
                    }
                )
            }
        elif kind == "hosts":
            inner = {"host_info": {"hosts": body["hosts"], "pgp_user_ids": body["pgpUserIds"]}}
        elif "signature" in body:
            inner = {
                "public_key": b64_hex(body.get("publicKey")),
                "key_handle": b64_hex(body.get("keyHandle")),
                "attestation_certificate": b64_hex(body.get("attestationCertificate")),
                "signature": b64_hex(body["signature"]),
                "counter": body.get("counter"),
            }
        document = {"request_id": answer["requestId"], "v": answer["version"]}
        put(document, "sns_endpoint_arn", answer.get("snsEndpointArn"))
        put(document, "tracking_id", answer.get("trackingId"))
        document[kind.replace("-", "_") + "_response"] = without_none(inner)
        read_answer(base.dump(document))
        return {"document": document}

    # Transcripts

    def transcript(t):
        computer, phone = unhex(t["computerPrivateKey"]), unhex(t["phonePrivateKey"])
        computer_public, phone_public = public_of(computer), public_of(phone)
        qr_text({"publicKey": computer_public.hex(), "name": t["name"], "version": t["version"]}, "json")
        message = key_message(computer_public, phone_public, unhex(t["ephemeralPrivateKey"]))
        # Both ends compute what they share by themselves.
        keys = {"computer": shared(computer, phone_public), "phone": shared(phone, computer_public)}
        names = names_of(computer_public)
        messages = []
        refused = False
        for one in t["exchanges"]:
            from_computer = one["from"] == "computer"
            sealed = ciphertext_message(keys[one["from"]], unhex(one["nonce"]), one["document"].encode())
            arrived = bytearray(sealed)
            if "flipAt" in one:
                arrived[one["flipAt"]] ^= 1
            try:
                _, body = split_message(bytes(arrived))
                plaintext = open_box(keys["phone" if from_computer else "computer"], body)
                read = read_request(plaintext) if from_computer else read_answer(plaintext)
            except refusal as reason:
                refused = True
                read = {"refused": reason.code}
            queue = names["toPhone" if from_computer else "toComputer"]
            messages.append({"queue": queue, "message": sealed.hex(), "read": read})
        code = code_of(computer_public, phone_public)
        return {"keyMessage": message.hex(), "code": code, "messages": messages}, refused

    # A computer and whatever reaches it

    def computer(t):
        secret = unhex(t["computerPrivateKey"])
        phase, until = "showing", t["start"] + 90_000
        phone = None
        pending, queue, done = {}, [], set()
        outcomes, words = [], []

        def send(one, now):
            words.append("send " + one["kind"])
            alert, fail = (4000, 5000) if one["kind"] == "me" else (2000, 30_000)
            # A phone may be greeted as long as the QR code would have been good.
            last = max(now + fail, until) if one["kind"] == "me" else now + fail
            pending[one["requestId"]] = {**one, "alert": now + alert, "until": last, "acknowledged": False}

        def end(reason):
            nonlocal phase
            phase = "ended"
            if phone is not None and reason != "unpaired-by-phone":
                words.append("send unpair")
            words.append("ended " + reason)
            # The greeting is no request of anybody's.
            left = [one for one in [*pending, *(one["requestId"] for one in queue)] if one != t["helloId"]]
            words.extend("failed pairing-ended" for _ in left)
            pending.clear()
            queue.clear()

        def complete(now):
            nonlocal phase
            phase = "paired"
            words.append("paired")
            for one in queue:
                send(one, now)
            queue.clear()

        def due(now):
            if phase == "showing" and now >= until:
                end("qr-expired")
            if phase == "unconfirmed" and now >= until:
                end("not-confirmed")
            for name, one in list(pending.items()):
                if now >= one["until"] and phase == "greeting":
                    end("phone-silent")
                elif now >= one["until"]:
                    del pending[name]
                    done.add(name)
                    words.append("failed request-timeout")
                elif one["alert"] is not None and now >= one["alert"]:
                    one["alert"] = None
                    words.append("alert")

        def take_key(other, now):
            nonlocal phase, phone
            if other == public_of(secret):
                words.append("report own-key")
            elif phase == "showing":
                phase, phone = "greeting", other
                send({"requestId": t["helloId"], "kind": "me"}, now)
            elif other != phone:
                words.append("report second-key")
                if phase != "paired":
                    end("second-key")

        def take_answer(answer, now):
            nonlocal phase, until
            body, name = answer["body"], answer["requestId"]
            if body["kind"] == "unpair":
                end("unpaired-by-phone")
                return
            asked = pending.get(name)
            if asked is None:
                if name not in done:
                    words.append("report unsolicited-answer")
            elif body["kind"] == "ack":
                if not asked["acknowledged"]:
                    asked.update(acknowledged=True, alert=None, until=asked["until"] + 60_000)
                    words.append("acknowledged")
            elif body["kind"] != asked["kind"]:
                words.append("report wrong-kind")
            else:
                del pending[name]
                done.add(name)
                if phase == "greeting" and t["compareCodes"]:
                    phase, until = "unconfirmed", now + 90_000
                    words.append("compare-codes")
                elif phase == "greeting":
                    complete(now)
                elif "error" in body:
                    words.append("failed request-" + ("rejected" if body["error"] == "rejected" else "failed"))
                else:
                    words.append("answered " + body["kind"])

        def take(message, now):
            kind, body = split_message(message)
            if kind == "key":
                take_key(of_length(open_sealed(secret, body), 32), now)
            elif phone is None:
                raise refusal("open-failed")
            else:
                take_answer(read_answer(open_box(shared(secret, phone), body)), now)

        for event in t["events"]:
            words, now = [], event["at"]
            outcomes.append(words)
            due(now)
            if phase == "ended":
                continue
            if "user" in event:
                if phase != "unconfirmed":
                    raise refusal("step-invalid")
                if event["user"] == "confirm":
                    complete(now)
                else:
                    end("denied")
            if "request" in event:
                if phase == "paired":
                    send(event["request"], now)
                else:
                    queue.append(event["request"])
            if "message" in event:
                try:
                    take(unhex(event["message"]), now)
                except refusal as reason:
                    words.append("refused " + reason.code)
        bad = [word for one in outcomes for word in one if re.match("refused|report|failed|ended (?!unpaired)", word)]
        return {"outcomes": outcomes, "phase": phase}, bool(bad)

    # Bluetooth

    def bluetooth_split(t):
        message = unhex(t["message"]) if "message" in t else bytes(t["messageLength"])
        mtu = t["mtu"]
        if not isinstance(mtu, int) or not 2 <= mtu <= 512:
            raise refusal("argument-invalid")
        if not message:
            raise refusal("message-too-short")
        parts = [message[at : at + mtu - 1] for at in range(0, len(message), mtu - 1)]
        if len(parts) > 256:
            raise refusal("message-too-long")
        return {"blocks": [bytes([len(parts) - 1 - index]).hex() + part.hex() for index, part in enumerate(parts)]}

    def bluetooth_receive(t):
        events = []
        buffer, expected = b"", None
        for write in map(unhex, t["writes"]):
            if not 0 < len(write) <= 512:
                continue
            if len(write) == 1:
                if write[0] == 0:
                    buffer, expected = b"", None
                    events.append({"event": "disconnect"})
                elif write[0] == 1:
                    events.append({"event": "ping"})
                continue
            if write[0] != expected:
                buffer = b""
            buffer += write[1:]
            expected = write[0] - 1
            if write[0] == 0:
                events.append({"event": "message", "message": buffer.hex()})
                buffer, expected = b"", None
        arrived = [one["message"] for one in events if "message" in one]
        pending = 0 if expected is None else expected + 1
        return {"events": events, "pendingBlocks": pending}, arrived != t["sent"]

    # SSH

    class Reader:
        def __init__(self, data):
            self.data, self.at = data, 0

        def raw(self, length):
            if len(self.data) - self.at < length:
                raise refusal("message-too-short")
            self.at += length
            return self.data[self.at - length : self.at]

        def number(self):
            return int.from_bytes(self.raw(4), "big")

        def string(self):
            return self.raw(self.number())

        def flag(self):
            value = self.raw(1)[0]
            if value > 1:
                raise refusal("field-invalid")
            return value == 1

        def choice(self, values):
            value = self.string()
            if value not in [one.encode() for one in values]:
                raise refusal("field-invalid")
            return value.decode()

        def name(self):
            data = self.string()
            try:
                text = data.decode()
            except UnicodeDecodeError:
                raise refusal("utf8-invalid") from None
            hidden = any(unicodedata.category(character) in ("Cc", "Cf", "Zl", "Zp") for character in text)
            if not 0 < len(data) <= 255 or hidden:
                raise refusal("field-invalid")
            return text

        def positive(self):
            data = self.string()
            value = int.from_bytes(data, "big", signed=True)
            if value <= 0 or len(data) != value.bit_length() // 8 + 1:
                raise refusal("field-invalid")
            return value

        def end(self):
            if self.at != len(self.data):
                raise refusal("length-invalid")

    def ssh_string(data):
        return len(data).to_bytes(4, "big") + data

    def read_algorithm(reader, t):
        algorithm = reader.choice(ALGORITHMS)
        if algorithm == "ssh-rsa" and not t.get("allowSha1"):
            raise refusal("not-permitted")
        return algorithm

    def session_id(reader):
        length = reader.number()
        if length not in (20, 32, 48, 64):
            raise refusal("length-invalid")
        return reader.raw(length).hex()

    def read_sign_data(reader, t):
        if reader.data[:6] == b"SSHSIG":
            reader.raw(6)
            namespace = reader.name()
            if reader.string():
                raise refusal("field-invalid")
            algorithm = reader.choice(["sha256", "sha512"])
            found = of_length(reader.string(), 32 if algorithm == "sha256" else 64)
            return {"kind": "sshsig", "namespace": namespace, "hashAlgorithm": algorithm, "hash": found.hex()}
        session = session_id(reader)
        if reader.raw(1) != b"\x32":
            raise refusal("field-invalid")
        user = reader.name()
        service = reader.choice(["ssh-connection"])
        bound = reader.choice(["publickey", HOST_BOUND.decode()]) != "publickey"
        if not reader.flag():
            raise refusal("field-invalid")
        found = {"kind": "user-auth", "sessionId": session, "user": user, "service": service}
        return {**found, "algorithm": read_algorithm(reader, t), "hostBound": bound}

    def sign_data(t, data):
        reader = Reader(data)
        found = read_sign_data(reader, t)
        reader.end()
        return found

    def ssh_data_read(t):
        return sign_data(t, unhex(t["data"]))

    def read_key(wire):
        reader = Reader(wire)
        kind = reader.choice(ALGORITHMS[:3])
        if kind == "ssh-rsa":
            exponent, modulus = reader.positive(), reader.positive()
            good = 2048 <= modulus.bit_length() <= 16384 and modulus % 2 and exponent % 2 and 1 < exponent < 2**32
            if not good:
                raise refusal("field-invalid")
            found = {"exponent": digits(exponent), "modulus": digits(modulus)}
        elif kind == "ssh-ed25519":
            found = {"point": of_length(reader.string(), 32).hex()}
        else:
            reader.choice(["nistp256"])
            point = of_length(reader.string(), 65)
            if point[0] != 4:
                raise refusal("field-invalid")
            found = {"point": point.hex()}
        reader.end()
        return {"type": kind, **found}

    def digits(number):
        return number.to_bytes((number.bit_length() + 7) // 8, "big").hex()

    def check_fit(algorithm, key):
        mine = ["ssh-rsa", "rsa-sha2-256", "rsa-sha2-512"] if key["type"] == "ssh-rsa" else [key["type"]]
        if algorithm not in mine:
            raise refusal("field-invalid")

    def ssh_data_split(t):
        blob = unhex(t["blob"])
        reader = Reader(blob)
        data = read_sign_data(reader, t)
        if data["kind"] == "sshsig":
            reader.end()
            return {"data": blob.hex()}
        found = {"data": blob[: reader.at].hex()}
        public = reader.string()
        found["publicKey"] = public.hex()
        if data["hostBound"]:
            found["hostKey"] = reader.string().hex()
        reader.end()
        check_fit(data["algorithm"], read_key(public))
        return found

    def ssh_data_complete(t):
        data, public = unhex(t["data"]), unhex(t["publicKey"])
        parsed, key = sign_data(t, data), read_key(public)
        if parsed["kind"] == "sshsig":
            return {"signed": data.hex()}
        check_fit(parsed["algorithm"], key)
        signed = data + ssh_string(public)
        if parsed["hostBound"]:
            if "hostKey" not in t:
                raise refusal("field-missing")
            read_key(unhex(t["hostKey"]))
            signed += ssh_string(unhex(t["hostKey"]))
        return {"signed": signed.hex()}

    def ssh_public_key_read(t):
        wire = unhex(t["publicKey"])
        return {**read_key(wire), "fingerprint": base.digest(wire).hex()}

    def read_signature(t, wire):
        reader = Reader(wire)
        algorithm = read_algorithm(reader, t)
        blob = reader.string()
        reader.end()
        if algorithm == "ecdsa-sha2-nistp256":
            inner = Reader(blob)
            blob = inner.positive(), inner.positive()
            inner.end()
            if max(blob).bit_length() > 256:
                raise refusal("field-invalid")
        return algorithm, blob

    def small_order(point):
        y = int.from_bytes(point, "little") % 2**255 % P
        return y in (0, 1, P - 1) or (D * pow(y, 4, P) + 2 * y * y - 1) % P == 0

    def passes(check):
        try:
            check()
        except (InvalidSignature, ValueError):
            return False
        return True

    def ecdsa_passes(point, r, s, message):
        def check():
            key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
            key.verify(encode_dss_signature(r, s), message, ec.ECDSA(hashes.SHA256()))

        return passes(check)

    def signature_passes(t):
        key = read_key(unhex(t["publicKey"]))
        algorithm, blob = read_signature(t, unhex(t["signature"]))
        check_fit(algorithm, key)
        message = unhex(t["message"])
        if algorithm == "ecdsa-sha2-nistp256":
            return ecdsa_passes(unhex(key["point"]), *blob, message)
        if algorithm == "ssh-ed25519":
            point = unhex(key["point"])
            if len(blob) != 64 or small_order(point):
                return False
            return passes(lambda: ed25519.Ed25519PublicKey.from_public_bytes(point).verify(blob, message))
        chosen = {"rsa-sha2-256": hashes.SHA256, "rsa-sha2-512": hashes.SHA512, "ssh-rsa": hashes.SHA1}[algorithm]()
        exponent, modulus = int(key["exponent"], 16), int(key["modulus"], 16)
        if len(blob) != (modulus.bit_length() + 7) // 8:
            return False
        public = rsa.RSAPublicNumbers(exponent, modulus).public_key()
        return passes(lambda: public.verify(blob, message, padding.PKCS1v15(), chosen))

    def ssh_signature_verify(t):
        try:
            verified = signature_passes(t)
        except refusal:
            verified = False
        return {"verified": verified}, not verified

    def session_bind_read(t):
        reader = Reader(unhex(t["contents"]))
        host, session, signature = reader.string().hex(), session_id(reader), reader.string().hex()
        forwarding = reader.flag()
        reader.end()
        return {"hostKey": host, "sessionId": session, "signature": signature, "forwarding": forwarding}

    # Git

    def check_line(text, good):
        if not good or any(unicodedata.category(character) in ("Cc", "Cs") for character in text):
            raise refusal("field-invalid")

    def check_content(content):
        if "00" in re.findall("..", content["message"]):
            raise refusal("field-invalid")
        if content["type"] == "commit":
            more = content.get("mergeParents", [])
            if more and "parent" not in content:
                raise refusal("field-invalid")
            ids = [content["tree"], *([content["parent"]] if "parent" in content else []), *more]
            people = [content["author"], content["committer"]]
        else:
            ids, people = [content["object"]], [content["tagger"]]
            check_line(content["objectType"], content["objectType"] in ("commit", "tree", "blob", "tag"))
            check_line(content["tag"], re.fullmatch(r"[^ ~^:?*[\\]+", content["tag"]))
        for one in ids:
            check_line(one, OBJECT_ID.fullmatch(one) and len(one) == len(ids[0]))
        for one in people:
            check_line(one, IDENTITY.fullmatch(one))

    def git_text(content):
        check_content(content)
        if content["type"] == "tag":
            lines = [("object", "object"), ("type", "objectType"), ("tag", "tag"), ("tagger", "tagger")]
            headers = [f"{header} {content[member]}" for header, member in lines]
        else:
            parents = [content["parent"], *content.get("mergeParents", [])] if "parent" in content else []
            headers = [f"tree {content['tree']}", *(f"parent {parent}" for parent in parents)]
            headers += [f"author {content['author']}", f"committer {content['committer']}"]
        return "\n".join(headers).encode() + b"\n\n" + unhex(content["message"])

    def git_content_make(t):
        return {"raw": git_text(t["content"]).hex()}

    def git_content_read(t):
        raw = unhex(t["raw"])
        head, separator, message = raw.partition(b"\n\n")
        if not separator:
            raise refusal("field-invalid")
        try:
            text = head.decode()
        except UnicodeDecodeError:
            raise refusal("utf8-invalid") from None
        one = r"([^\n]*)"
        commit = re.fullmatch(rf"tree {one}\n((?:parent [^\n]*\n)*)author {one}\ncommitter {one}", text)
        tag = re.fullmatch(rf"object {one}\ntype {one}\ntag {one}\ntagger {one}", text)
        if commit:
            tree, parents, author, committer = commit.groups()
            content = {"type": "commit", "tree": tree}
            parents = [line[7:] for line in parents.split("\n")[:-1]]
            if parents:
                content["parent"] = parents[0]
            if parents[1:]:
                content["mergeParents"] = parents[1:]
            content.update(author=author, committer=committer)
        elif tag:
            content = {"type": "tag", **dict(zip(("object", "objectType", "tag", "tagger"), tag.groups()))}
        else:
            raise refusal("field-invalid")
        content["message"] = message.hex()
        if git_text(content) != raw:
            raise refusal("field-invalid")
        return {"content": content}

    # U2F

    def app_hash(app):
        if app == "":
            raise refusal("argument-invalid")
        return base.digest(app.encode())

    def handle_of(device, app, random):
        if not device:
            raise refusal("length-invalid")
        of_length(random, 32)
        checksum = base.digest(base.digest(device) + app_hash(app) + base.digest(random))
        return KEY_MAGIC + random + checksum

    def key_handle_make(t):
        return {"keyHandle": handle_of(unhex(t["deviceIdentifier"]), t["appId"], unhex(t["random"])).hex()}

    def key_handle_check(t):
        handle, device = unhex(t["keyHandle"]), unhex(t["deviceIdentifier"])
        random = handle[16:48] if len(handle) == 80 else bytes(32)
        ours = handle_of(device, t["appId"], random) == handle
        return {"ours": ours}, not ours

    def check_point(point):
        of_length(point, 65)
        if point[0] != 4:
            raise refusal("point-invalid")
        return point

    def check_handle(handle):
        return of_length(handle, *range(1, 256))

    def registration_input(t):
        parts = of_length(unhex(t["challenge"]), 32), check_handle(unhex(t["keyHandle"])), check_point(unhex(t["publicKey"]))
        return b"\0" + app_hash(t["appId"]) + b"".join(parts)

    def presence(counter):
        if not isinstance(counter, int) or not 0 <= counter < 2**32:
            raise refusal("parameter-out-of-range")
        return b"\1" + counter.to_bytes(4, "big")

    def authentication_input(t):
        challenge_hash = of_length(unhex(t["challenge"]), 32)
        return app_hash(t["appId"]) + presence(t["counter"]) + challenge_hash

    def numbers_of(der):
        """r and s, of strict DER alone."""
        try:
            r, s = decode_dss_signature(der)
        except ValueError:
            return None
        good = min(r, s) >= 0 and max(r, s).bit_length() <= 256 and encode_dss_signature(r, s) == der
        return (r, s) if good else None

    def check_signature(signature):
        if numbers_of(signature) is None:
            raise refusal("der-invalid")
        return signature

    def check_certificate(der):
        length = len(der)
        if length > 0x10003 or length < 3 or der[0] != 0x30:
            raise refusal("der-invalid")
        body = length - 2 if length < 130 else length - 3 if length < 259 else length - 4
        prefix = [body] if length < 130 else [0x81, body] if length < 259 else [0x82, body >> 8, body & 255]
        if list(der[1 : 1 + len(prefix)]) != prefix or (len(prefix) > 1 and body < 0x80):
            raise refusal("der-invalid")
        return der

    def registration_message(t):
        point, handle = check_point(unhex(t["publicKey"])), check_handle(unhex(t["keyHandle"]))
        certificate = check_certificate(unhex(t["attestationCertificate"]))
        signature = check_signature(unhex(t["signature"]))
        return {"message": (b"\5" + point + bytes([len(handle)]) + handle + certificate + signature).hex()}

    def authentication_message(t):
        signature = check_signature(unhex(t["signature"]))
        return {"message": (presence(t["counter"]) + signature).hex()}

    def verify(point, signature, message):
        check_point(point)
        numbers = numbers_of(signature)
        verified = numbers is not None and ecdsa_passes(point, *numbers, message)
        return {"verified": verified}, not verified

    def registration_verify(t):
        return verify(unhex(t["attestationPublicKey"]), unhex(t["signature"]), registration_input(t))

    def authentication_verify(t):
        return verify(unhex(t["publicKey"]), unhex(t["signature"]), authentication_input(t))

    return {
        "BoxSeal": box_seal,
        "BoxOpen": box_open,
        "SealedBoxMake": sealed_box_make,
        "SealedBoxOpen": sealed_box_open,
        "KeyMessageMake": key_message_make,
        "CiphertextMessageMake": ciphertext_message_make,
        "MessageOpen": message_open,
        "QrTextMake": lambda t: {"text": qr_text(t, t["form"])},
        "QrTextRead": lambda t: qr_read(t["text"]),
        "PairingNames": lambda t: names_of(unhex(t["computerPublicKey"])),
        "ComparisonCodeMake": comparison_code,
        "PairingRequestMake": request_make,
        "PairingRequestRead": lambda t: {"request": read_request(t["document"].encode())},
        "PairingAnswerMake": answer_make,
        "PairingAnswerRead": lambda t: {"answer": read_answer(t["document"].encode())},
        "PairingTranscript": transcript,
        "PairingComputer": computer,
        "BluetoothSplit": bluetooth_split,
        "BluetoothReceive": bluetooth_receive,
        "SshDataRead": ssh_data_read,
        "SshDataSplit": ssh_data_split,
        "SshDataComplete": ssh_data_complete,
        "SshPublicKeyRead": ssh_public_key_read,
        "SshSignatureVerify": ssh_signature_verify,
        "SessionBindRead": session_bind_read,
        "GitContentRead": git_content_read,
        "GitContentMake": git_content_make,
        "KeyHandleMake": key_handle_make,
        "KeyHandleCheck": key_handle_check,
        "U2fRegistrationInput": lambda t: {"signed": registration_input(t).hex()},
        "U2fAuthenticationInput": lambda t: {"signed": authentication_input(t).hex()},
        "U2fRegistrationMessage": registration_message,
        "U2fAuthenticationMessage": authentication_message,
        "U2fRegistrationVerify": registration_verify,
        "U2fAuthenticationVerify": authentication_verify,
    }
