"""The hybrid with ML-KEM, account requests and router envelopes, for oracle.py.

Keys and decapsulation come from OpenSSL through `cryptography`. Encapsulation with given randomness, which OpenSSL
does not offer, comes from kyber-py, which is written in Python from FIPS 203.
"""

import re
import urllib.parse

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM1024PrivateKey
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PublicKey, MLKEM1024PublicKey
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from kyber_py.ml_kem import ML_KEM_768, ML_KEM_1024

SETS = {
    "ML-KEM-768": (MLKEM768PrivateKey, MLKEM768PublicKey, ML_KEM_768, 1184, 1088, 2),
    "ML-KEM-1024": (MLKEM1024PrivateKey, MLKEM1024PublicKey, ML_KEM_1024, 1568, 1568, 3),
}
OID_START = bytes.fromhex("06096086480165030404")
DEPTH = 16
ROUTER_CODES = [
    "RRC_OK",
    "RRC_GENERAL_ERROR",
    "RRC_NOT_ALLOWED",
    "RRC_BAD_REQUEST",
    "RRC_TIMEOUT",
    "RRC_BAD_STATE",
    "RRC_CONTROLLER_DOWN",
    "RRC_WRONG_INSTANCE",
    "RRC_NOT_ALLOWED_ENFORCEMENT_NOT_ENABLED",
    "RRC_NOT_ALLOWED_PAM_CONFIG_FEATURES_NOT_ENABLED",
]


def operations(base):
    """The operations, on top of what oracle.py has."""
    refusal, unhex, unbase64, b64 = base.Refusal, base.unhex, base.unbase64, base.b64
    gcm_seal, gcm_open, agree = base.gcm_seal, base.gcm_open, base.agree
    private_key, point_of, public_key = base.private_key, base.point_of, base.public_key

    # The hybrid

    def hybrid_key(parameter_set, z1, z2, recipient, ephemeral, ciphertext, optional_data):
        name = f"HPKE_{parameter_set}_ECDH-P256_HKDF-SHA256_AES-GCM-256".encode()
        info = optional_data + name + recipient + ephemeral + base.digest(ciphertext) + b"\x01"
        return HKDF(hashes.SHA256(), 32, bytes(32), info).derive(z1 + z2)

    def check_optional_data(value):
        if len(value) not in (0, 16):
            raise refusal("length-invalid")

    def hybrid_seal(parameter_set, ec_point, ml_kem_key, scalar, randomness, nonce, message, optional_data=b""):
        check_optional_data(optional_data)
        ephemeral = private_key(scalar)
        z2, ciphertext = SETS[parameter_set][2]._encaps_internal(ml_kem_key, randomness)
        point = point_of(ephemeral)
        key = hybrid_key(parameter_set, agree(ephemeral, ec_point), z2, ec_point, point, ciphertext, optional_data)
        return point, ciphertext, gcm_seal(key, nonce, message)

    def hybrid_open(parameter_set, scalar, seed, message, optional_data=b""):
        check_optional_data(optional_data)
        point, ciphertext, data, version = message
        if version != 1:
            raise refusal("parameter-out-of-range")
        if len(point) != 65 or len(ciphertext) != SETS[parameter_set][4]:
            raise refusal("length-invalid")
        if len(data) < 28:
            raise refusal("message-too-short")
        recipient = private_key(scalar)
        z1 = agree(recipient, point)
        z2 = SETS[parameter_set][0].from_seed_bytes(seed).decapsulate(ciphertext)
        key = hybrid_key(parameter_set, z1, z2, point_of(recipient), point, ciphertext, optional_data)
        return gcm_open(key, data)

    def hybrid_seal_test(t):
        point, ciphertext, data = hybrid_seal(
            t["parameterSet"],
            unhex(t["ecPublicKey"]),
            unhex(t["mlKemPublicKey"]),
            unhex(t["ephemeralPrivateKey"]),
            unhex(t["encapsulationRandomness"]),
            unhex(t["nonce"]),
            unhex(t["plaintext"]),
            unhex(t.get("optionalData", "")),
        )
        return {
            "clientEcPublicKey": point.hex(),
            "mlKemEncapsulatedKey": ciphertext.hex(),
            "data": data.hex(),
            "version": 1,
        }

    def hybrid_open_test(t):
        if t.get("optionalData") == "":
            raise refusal("length-invalid")
        message = (
            unhex(t["clientEcPublicKey"]),
            unhex(t["mlKemEncapsulatedKey"]),
            unhex(t["data"]),
            t["version"],
        )
        opened = hybrid_open(
            t["parameterSet"],
            unhex(t["recipient"]["privateKey"]),
            unhex(t["mlKemSeed"]),
            message,
            unhex(t.get("optionalData", "")),
        )
        return {"plaintext": opened.hex()}

    # PEM

    def spki(parameter_set, key):
        algorithm = OID_START + bytes([SETS[parameter_set][5]])
        body = b"\x30\x0b" + algorithm + b"\x03\x82" + (len(key) + 1).to_bytes(2, "big") + b"\x00" + key
        return b"\x30\x82" + len(body).to_bytes(2, "big") + body

    def pem_of(document):
        text = b64(document)
        lines = [text[start : start + 64] for start in range(0, len(text), 64)]
        return "\n".join(["-----BEGIN PUBLIC KEY-----", *lines, "-----END PUBLIC KEY-----", ""])

    def ml_kem_pem(t):
        text = t["pem"].strip()
        if not text.startswith("-"):
            text = unbase64(text).decode().strip()
        lines = re.split(r"\r\n|\n|\r", text)
        if len(lines) < 3 or lines[0] != "-----BEGIN PUBLIC KEY-----" or lines[-1] != "-----END PUBLIC KEY-----":
            raise refusal("pem-invalid")
        document = unbase64("".join(lines[1:-1]))
        if not document.startswith(b"\x30\x82") or document[4:6] != b"\x30\x0b" or document[6:16] != OID_START:
            raise refusal("der-invalid")
        parameter_set = {2: "ML-KEM-768", 3: "ML-KEM-1024"}.get(document[16])
        if parameter_set is None or document[17:19] != b"\x03\x82" or len(document) < 22:
            raise refusal("der-invalid")
        if int.from_bytes(document[2:4], "big") + 4 != len(document):
            raise refusal("der-invalid")
        key = document[22:]
        if len(key) != SETS[parameter_set][3]:
            raise refusal("length-invalid")
        if spki(parameter_set, key) != document:
            raise refusal("der-invalid")
        try:
            SETS[parameter_set][1].from_public_bytes(key)
        except ValueError:
            raise refusal("key-invalid") from None
        return {"parameterSet": parameter_set, "publicKey": key.hex(), "pem": pem_of(document)}

    # Protobuf: fields by number, the last one of each; wire types 0, 1, 2 and 5

    def malformed():
        return refusal("protobuf-invalid")

    def varint(data, offset):
        value = shift = 0
        while True:
            if offset >= len(data) or shift >= 70:
                raise malformed()
            byte = data[offset]
            offset += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value & 0xFFFFFFFFFFFFFFFF, offset

    def fields(data, kinds):
        found = {}
        offset = 0
        while offset < len(data):
            tag, offset = varint(data, offset)
            number, kind = tag >> 3, tag & 7
            if number == 0 or tag > 0xFFFFFFFF:
                raise malformed()
            if kind == 0:
                value, offset = varint(data, offset)
            elif kind == 2:
                length, offset = varint(data, offset)
                if length > len(data) - offset:
                    raise malformed()
                value = data[offset : offset + length]
                offset += length
            elif kind in (1, 5):
                offset += 8 if kind == 1 else 4
                if offset > len(data):
                    raise malformed()
                continue
            else:
                raise malformed()
            wanted = kinds.get(number)
            if wanted == "number" and kind == 0:
                low = value & 0xFFFFFFFF
                found[number] = low - (1 << 32) if low >> 31 else low
            elif wanted == "text" and kind == 2:
                try:
                    found[number] = value.decode("utf-8")
                except UnicodeDecodeError:
                    raise malformed() from None
            elif wanted == "bytes" and kind == 2:
                found[number] = value
            elif isinstance(wanted, dict) and kind == 2:
                found[number] = {**found.get(number, {}), **fields(value, wanted)}
        return found

    QRC = {1: "bytes", 2: "bytes", 3: "bytes", 4: "number", 5: "number"}
    REQUEST = {1: "bytes", 2: "number", 3: "text", 4: "bytes", 5: "number", 6: "text", 7: "text", 8: QRC}
    PAYLOAD = {1: "bytes", 2: "bytes", 3: "bytes", 4: "number"}
    RESPONSE = {1: "number", 2: "text", 3: "bytes"}

    def write_varint(value):
        out = b""
        while value > 127:
            out += bytes([value & 127 | 128])
            value >>= 7
        return out + bytes([value])

    def write(number, value):
        if not value:
            return b""
        if isinstance(value, int):
            return write_varint(number << 3) + write_varint(value)
        return write_varint(number << 3 | 2) + write_varint(len(value)) + value

    # Account requests

    def account_request_build(t):
        secret = unhex(t["transmissionKey"])
        point = unhex(t["serverPublicKey"])
        ml_kem = t.get("mlKem")
        qrc = b""
        if ml_kem:
            wrapped = unhex(ml_kem.get("optionalData", ""))
            made = hybrid_seal(
                ml_kem["parameterSet"],
                point,
                unhex(ml_kem["publicKey"]),
                unhex(t["ephemeralPrivateKey"]),
                unhex(ml_kem["encapsulationRandomness"]),
                unhex(t["wrapNonce"]),
                secret,
                wrapped,
            )
            qrc = b"".join(write(index + 1, part) for index, part in enumerate(made))
            qrc += write(4, 1) + write(5, t["serverKeyId"])
        else:
            wrapped = base.ecies_seal(point, unhex(t["ephemeralPrivateKey"]), unhex(t["wrapNonce"]), secret)
        payload = write(1, unhex(t["payload"])) + write(2, unhex(t.get("sessionToken", "")))
        payload += write(4, t.get("apiVersion", 0))
        body = write(1, wrapped) + write(2, ml_kem["id"] if ml_kem else t["serverKeyId"])
        body += write(3, t.get("locale", "en_US").encode())
        body += write(4, gcm_seal(secret, unhex(t["payloadNonce"]), payload)) + write(8, qrc)
        return {"transport": "hybrid" if ml_kem else "ec", "body": body.hex()}

    def account_request_open(t):
        body = unhex(t["body"])
        if len(body) > t.get("maximumBytes", base.MAXIMUM_REQUEST):
            raise refusal("message-too-long")
        request = fields(body, REQUEST)
        key_id, wrapped = request.get(2, 0), request.get(1, b"")
        ec_keys = {key["id"]: unhex(key["privateKey"]) for key in t["serverKeys"]}
        if 8 in request:
            qrc = request[8]
            ml_kem = next((key for key in t["mlKemKeys"] if key["id"] == key_id), None)
            ec_id, ml_kem_id = qrc.get(5, 0), key_id
            if ml_kem is None or ec_id not in ec_keys:
                raise refusal("server-key-unknown")
            message = (qrc.get(1, b""), qrc.get(2, b""), qrc.get(3, b""), qrc.get(4, 0))
            secret = hybrid_open(ml_kem["parameterSet"], ec_keys[ec_id], unhex(ml_kem["seed"]), message, wrapped)
        else:
            if t.get("hybridRequired"):
                raise refusal("hybrid-required")
            if len(wrapped) != 125:
                raise refusal("length-invalid")
            ec_id, ml_kem_id = key_id, None
            if ec_id not in ec_keys:
                raise refusal("server-key-unknown")
            secret = base.ecies_open(ec_keys[ec_id], wrapped)
        if len(secret) != 32:
            raise refusal("length-invalid")
        inner = fields(gcm_open(secret, request.get(4, b"")), PAYLOAD)
        token = inner.get(2, b"")
        return {
            "transport": "ec" if ml_kem_id is None else "hybrid",
            "payload": inner.get(1, b"").hex(),
            "sessionToken": token.hex() if token else None,
            "apiVersion": inner.get(4, 0),
            "locale": request.get(3, ""),
            "serverKeyId": ec_id,
            "mlKemKeyId": ml_kem_id,
        }

    def account_request_loop(t):
        host, ec, kem = t["host"], t["serverKeyId"], t["mlKemKeyId"]
        tried, registered, redirects, downgrade = [], False, 0, None
        effects, failed = [], False

        def send(register=False):
            effects.append(
                {
                    "type": "send",
                    "host": host,
                    "serverKeyId": ec,
                    "mlKemKeyId": kem,
                    "registerDevice": register,
                    "afterMilliseconds": 0,
                }
            )

        def ec_problem(new):
            if t["customServerKey"]:
                return "server-key-rejected"
            if new not in t["knownServerKeys"]:
                return "server-key-unknown"
            if t["workingKeyId"] is not None and new < t["workingKeyId"]:
                return "server-key-rollback"
            return None

        for answer in t["answers"]:
            if answer["status"] == 200 and answer["opened"]:
                transport = "ec" if kem is None else "hybrid"
                effects.append({"type": "deliver", "transport": transport, "downgrade": downgrade})
                continue
            try:
                said = base.parse_json(answer["bodyText"].encode(), 64 * 1024, 64)
            except refusal:
                said = {}
            error, code = said.get("error"), None
            if error == "key":
                hybrid = "qrc_ec_key_id" in said
                new_ec = said["qrc_ec_key_id"] if hybrid else said["key_id"]
                new_kem, reason = kem, None
                if new_ec != ec or kem is None:
                    code = ec_problem(new_ec)
                if code is None and kem is not None:
                    if hybrid and said["key_id"] in t["knownMlKemKeys"]:
                        new_kem = said["key_id"]
                        if t["workingMlKemKeyId"] is not None and new_kem < t["workingMlKemKeyId"]:
                            code = "server-key-rollback"
                    elif hybrid:
                        new_kem, reason = None, "ml-kem-key-unknown"
                    elif new_ec == ec:
                        new_kem, reason = None, "hybrid-not-spoken"
                    if code is None and new_kem != kem and t["customMlKemKey"]:
                        code = "server-key-rejected"
                    if code is None and new_kem is None and t["requireHybrid"]:
                        code = "hybrid-required"
                if code is None:
                    now = tried + [(kem, ec)]
                    if len(now) > 3 or (new_kem, new_ec) in now:
                        code = "server-key-loop"
                    else:
                        if kem is not None:
                            asked = said["key_id"] if hybrid else None
                            downgrade = {"host": host, "reason": reason, "mlKemKeyId": asked} if reason else None
                        tried, kem, ec = now, new_kem, new_ec
                        send()
            elif error == "region_redirect":
                new_host = said["region_host"]
                if new_host not in base.REGIONS.values():
                    code = "region-unknown"
                elif redirects >= 2:
                    code = "redirect-loop"
                else:
                    redirects += 1
                    if new_host != host:
                        kem, downgrade = t["mlKemKeyId"], None
                    host = new_host
                    send()
            elif error == "device_not_registered":
                if registered:
                    code = "request-rejected"
                else:
                    registered = True
                    send(True)
            elif answer["status"] == 200:
                code = "answer-unexpected"
            else:
                code = "request-rejected"
            if code:
                failed = True
                effects.append({"type": "fail", "code": code})
        return {"effects": effects}, failed

    # Routers

    def header_value(text):
        try:
            return unbase64(text)
        except refusal:
            raise refusal("header-invalid") from None

    def router_user_open(t):
        if "url" in t:
            query = urllib.parse.parse_qs(t["url"].split("?", 1)[-1], keep_blank_values=True)
            values = [query.get(name, [""]) for name in ("TransmissionKey", "Authorization")]
            if any(len(value) > 1 for value in values):
                raise refusal("header-invalid")
            key, authorization = values[0][0], values[1][0]
        else:
            key, authorization = (t["headers"].get(name, "") for name in ("TransmissionKey", "Authorization"))
        wrapped = header_value(key)
        scheme, _, text = authorization.partition(" ")
        if len(wrapped) != 125 or scheme != "KeeperUser" or not text:
            raise refusal("header-invalid")
        sealed = header_value(text)
        if not 28 < len(sealed) <= 28 + 4096:
            raise refusal("header-invalid")
        public_key(wrapped[:65])
        secret = None
        for pair in t["serverKeys"]:
            try:
                secret = base.ecies_open(unhex(pair["privateKey"]), wrapped)
                break
            except refusal as problem:
                if problem.code != "open-failed":
                    raise
        if secret is None:
            raise refusal("open-failed")
        if len(secret) != 32:
            raise refusal("length-invalid")
        token = gcm_open(secret, sealed)
        message = gcm_open(secret, unhex(t["body"])).hex() if "body" in t else None
        return {"sessionToken": token.hex(), "message": message}

    def router_answer_open(t):
        answer = fields(unhex(t["body"]), RESPONSE)
        code, sealed = answer.get(1, 0), answer.get(3, b"")
        if code == 0:
            message = gcm_open(unhex(t["transmissionKey"]), sealed) if sealed else b""
            return {"ok": True, "message": message.hex(), "authenticated": bool(sealed)}
        name = ROUTER_CODES[code] if 0 < code < len(ROUTER_CODES) else "unknown"
        return {"ok": False, "responseCode": name, "errorMessage": base.printable(answer.get(2, ""))}

    return {
        "HybridSeal": hybrid_seal_test,
        "HybridOpen": hybrid_open_test,
        "MlKemPem": ml_kem_pem,
        "AccountRequestBuild": account_request_build,
        "AccountRequestOpen": account_request_open,
        "AccountRequestLoop": account_request_loop,
        "RouterUserOpen": router_user_open,
        "RouterAnswerOpen": router_answer_open,
    }
