"""The second implementation behind the test vectors.

It reads a JSON array of {"type", "inputs"} from standard input and writes what it makes of each: {"accepted",
"output"}, or {"accepted": false, "error"}. It is written from the description of the wire, shares nothing with the
library, and leaves cryptography to the package of that name, which is OpenSSL, and to PyNaCl, which is libsodium.
"""

import base64
import calendar
import email.utils
import json
import math
import os
import re
import sys

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives import hashes, hmac, padding
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

# Isolated mode leaves the script's own folder out of the path.
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import oracle_account  # noqa: E402
import oracle_keys  # noqa: E402
import oracle_pairing  # noqa: E402

ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
MAXIMUM_REQUEST = 16 * 1024 * 1024
MAXIMUM_ANSWER = 256 * 1024 * 1024

REGIONS = {
    "US": "keepersecurity.com",
    "EU": "keepersecurity.eu",
    "AU": "keepersecurity.com.au",
    "CA": "keepersecurity.ca",
    "JP": "keepersecurity.jp",
    "GOV": "govcloud.keepersecurity.us",
    "IL5": "il5.keepersecurity.us",
}

SERVER_KEYS = {
    7: "BK9w6TZFxE6nFNbMfIpULCup2a8xc6w2tUTABjxny7yFmxW0dAEojwC6j6zb5nTlmb1dAx8nwo3qF7RPYGmloRM",
    8: "BKnhy0obglZJK-igwthNLdknoSXRrGB-mvFRzyb_L-DKKefWjYdFD2888qN1ROczz4n3keYSfKz9Koj90Z6w_tQ",
    9: "BAsPQdCpLIGXdWNLdAwx-3J5lNqUtKbaOMV56hUj8VzxE2USLHuHHuKDeno0ymJt-acxWV1xPlBfNUShhRTR77g",
    10: "BNYIh_Sv03nRZUUJveE8d2mxKLIDXv654UbshaItHrCJhd6cT7pdZ_XwbdyxAOCWMkBb9AZ4t1XRCsM8-wkEBRg",
    11: "BA6uNfeYSvqagwu4TOY6wFK4JyU5C200vJna0lH4PJ-SzGVXej8l9dElyQ58_ljfPs5Rq6zVVXpdDe8A7Y3WRhk",
    12: "BMjTIlXfohI8TDymsHxo0DqYysCy7yZGJ80WhgOBR4QUd6LBDA6-_318a-jCGW96zxXKMm8clDTKpE8w75KG-FY",
    13: "BJBDU1P1H21IwIdT2brKkPqbQR0Zl0TIHf7Bz_OO9jaNgIwydMkxt4GpBmkYoprZ_DHUGOrno2faB7pmTR7HhuI",
    14: "BJFF8j-dH7pDEw_U347w2CBM6xYM8Dk5fPPAktjib-opOqzvvbsER-WDHM4ONCSBf9O_obAHzCyygxmtpktDuiE",
    15: "BDKyWBvLbyZ-jMueORl3JwJnnEpCiZdN7yUvT0vOyjwpPBCDf6zfL4RWzvSkhAAFnwOni_1tQSl8dfXHbXqXsQ8",
    16: "BDXyZZnrl0tc2jdC5I61JjwkjK2kr7uet9tZjt8StTiJTAQQmnVOYBgbtP08PWDbecxnHghx3kJ8QXq1XE68y8c",
    17: "BFX68cb97m9_sweGdOVavFM3j5ot6gveg6xT4BtGahfGhKib-zdZyO9pwvv1cBda9ahkSzo1BQ4NVXp9qRyqVGU",
    18: "BNhngQqTT1bPKxGuB6FhbPTAeNVFl8PKGGSGo5W06xWIReutm6ix6JPivqnbvkydY-1uDQTr-5e6t70G01Bb5JA",
}


class Refusal(Exception):
    """An input that is refused. The code is what the library calls it."""

    def __init__(self, code):
        super().__init__(code)
        self.code = code


# Bytes and texts


def unhex(text):
    return bytes.fromhex(text)


def unbase64(text):
    """Either alphabet, with or without padding; nothing else."""
    body = text
    if text.endswith("="):
        if len(text) % 4:
            raise Refusal("base64-invalid")
        body = text[:-2] if text.endswith("==") else text[:-1]
    if not re.fullmatch(r"[A-Za-z0-9+/_-]*", body, re.ASCII) or len(body) % 4 == 1:
        raise Refusal("base64-invalid")
    body = body.replace("-", "+").replace("_", "/")
    value = base64.b64decode(body + "=" * (-len(body) % 4))
    if base64.b64encode(value).decode().rstrip("=") != body:
        raise Refusal("base64-invalid")
    return value


def b64(value):
    return base64.b64encode(value).decode()


def b64url(value):
    return base64.urlsafe_b64encode(value).decode().rstrip("=")


class DuplicateKey(Exception):
    pass


def parse_json(data, limit, depth_limit):
    """Strict JSON: size, depth, UTF-8, no key twice, no __proto__, no NaN."""
    if len(data) > limit:
        raise Refusal("message-too-long")
    depth = 0
    inside = escaped = False
    for byte in data:
        if inside:
            if escaped:
                escaped = False
            elif byte == 0x5C:
                escaped = True
            elif byte == 0x22:
                inside = False
        elif byte == 0x22:
            inside = True
        elif byte in b"{[":
            depth += 1
            if depth > depth_limit:
                raise Refusal("json-too-deep")
        elif byte in b"}]":
            depth -= 1
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise Refusal("utf8-invalid") from None

    proto = False
    twice = False

    def pairs(members):
        nonlocal proto, twice
        names = [name for name, _ in members]
        proto = proto or "__proto__" in names
        twice = twice or len(set(names)) != len(names)
        return dict(members)

    def constant(_):
        raise ValueError

    try:
        value = json.loads(text, object_pairs_hook=pairs, parse_constant=constant)
    except ValueError:
        raise Refusal("json-invalid") from None
    if proto:
        raise Refusal("json-invalid")
    if twice:
        raise Refusal("json-duplicate-key")
    return value


def parse_object(data, limit=MAXIMUM_REQUEST, depth_limit=64):
    value = parse_json(data, limit, depth_limit)
    if not isinstance(value, dict):
        raise Refusal("json-invalid")
    return value


def dump(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def is_number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def is_whole(value):
    return is_number(value) and math.isfinite(value) and value == int(value) and abs(value) <= 2**53 - 1


# Members of objects; null counts as absent


def optional(obj, name, check):
    value = obj.get(name)
    if value is None:
        return None
    if not check(value):
        raise Refusal("field-invalid")
    return value


def required(value):
    if value is None:
        raise Refusal("field-missing")
    return value


def opt_text(obj, name):
    return optional(obj, name, lambda value: isinstance(value, str))


def text_of(obj, name):
    return required(opt_text(obj, name))


def base64_of(obj, name):
    return unbase64(text_of(obj, name))


def opt_base64(obj, name):
    text = opt_text(obj, name)
    return None if text in (None, "") else unbase64(text)


def opt_whole(obj, name):
    value = optional(obj, name, is_whole)
    return None if value is None else int(value)


def whole_of(obj, name):
    return required(opt_whole(obj, name))


def opt_bool(obj, name):
    value = optional(obj, name, lambda one: isinstance(one, bool) or (is_number(one) and one in (0, 1)))
    return None if value is None else bool(value)


def list_of(obj, name):
    return optional(obj, name, lambda value: isinstance(value, list)) or []


def opt_texts(obj, name):
    if obj.get(name) is None:
        return None
    items = list_of(obj, name)
    if not all(isinstance(item, str) for item in items):
        raise Refusal("field-invalid")
    return items


def check_uid(text):
    if not re.fullmatch(r"[A-Za-z0-9_-]{21}[AQgw]", text):
        raise Refusal("uid-invalid")
    return text


def uid_of(obj, name):
    return check_uid(text_of(obj, name))


def object_of(value):
    if not isinstance(value, dict):
        raise Refusal("field-invalid")
    return value


# Primitives


def public_key(point):
    # The package takes compressed and hybrid points too; this wire has none.
    if len(point) != 65 or point[0] != 4:
        raise Refusal("point-invalid")
    try:
        return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    except ValueError:
        raise Refusal("point-invalid") from None


def private_key(scalar):
    number = int.from_bytes(scalar, "big")
    if len(scalar) != 32 or not 0 < number < ORDER:
        raise Refusal("key-invalid")
    return ec.derive_private_key(number, ec.SECP256R1())


def point_of(key):
    return key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def agree(key, point):
    return key.exchange(ec.ECDH(), public_key(point))


def digest(message):
    state = hashes.Hash(hashes.SHA256())
    state.update(message)
    return state.finalize()


def gcm_seal(key, nonce, message):
    return nonce + AESGCM(key).encrypt(nonce, message, None)


def gcm_open(key, sealed):
    if len(sealed) < 28:
        raise Refusal("message-too-short")
    try:
        return AESGCM(key).decrypt(sealed[:12], sealed[12:], None)
    except InvalidTag:
        raise Refusal("open-failed") from None


def gcm_unwrap(key, wrapped):
    if len(wrapped) < 28:
        raise Refusal("message-too-short")
    if len(wrapped) != 60:
        raise Refusal("length-invalid")
    return gcm_open(key, wrapped)


def cbc_seal(key, iv, message):
    padder = padding.PKCS7(128).padder()
    encryptor = Cipher(algorithms.AES(key), modes.CBC(iv)).encryptor()
    return iv + encryptor.update(padder.update(message) + padder.finalize()) + encryptor.finalize()


def cbc_open(key, sealed):
    if len(sealed) < 32 or len(sealed) % 16:
        raise Refusal("open-failed")
    decryptor = Cipher(algorithms.AES(key), modes.CBC(sealed[:16])).decryptor()
    unpadder = padding.PKCS7(128).unpadder()
    try:
        return unpadder.update(decryptor.update(sealed[16:]) + decryptor.finalize()) + unpadder.finalize()
    except ValueError:
        raise Refusal("open-failed") from None


def cbc_unwrap(key, wrapped):
    value = cbc_open(key, wrapped)
    if len(value) != 32:
        raise Refusal("open-failed")
    return value


def client_id_of(secret):
    if len(secret) != 32:
        raise Refusal("length-invalid")
    state = hmac.HMAC(secret, hashes.SHA512())
    state.update(b"KEEPER_SECRETS_MANAGER_CLIENT_ID")
    return b64(state.finalize())


def message_key(derivation, secret, info):
    if derivation == "sha256":
        return digest(secret + info)
    return HKDF(hashes.SHA256(), 32, None, info).derive(secret)


def ecies_seal(recipient, ephemeral, nonce, message, info=b"", derivation="sha256"):
    public_key(recipient)
    key = private_key(ephemeral)
    return point_of(key) + gcm_seal(message_key(derivation, agree(key, recipient), info), nonce, message)


def ecies_open(recipient, sealed, info=b"", derivation="sha256"):
    if len(sealed) < 65 + 12 + 16:
        raise Refusal("message-too-short")
    return gcm_open(message_key(derivation, agree(private_key(recipient), sealed[:65]), info), sealed[65:])


def sign(scalar, message):
    return private_key(scalar).sign(message, ec.ECDSA(hashes.SHA256(), deterministic_signing=True))


def verify(point, message, signature):
    try:
        public_key(point).verify(signature, message, ec.ECDSA(hashes.SHA256()))
        return True
    except InvalidSignature:
        return False


# ECIES


def ecies_seal_test(t):
    sealed = ecies_seal(
        unhex(t["recipientPublicKey"]),
        unhex(t["ephemeralPrivateKey"]),
        unhex(t["nonce"]),
        unhex(t["plaintext"]),
        unhex(t["info"]),
        t["keyDerivation"],
    )
    return {"sealed": sealed.hex()}


def ecies_open_test(t):
    pair = t["recipient"]
    sealed, info = unhex(t["sealed"]), unhex(t["info"])
    return {"plaintext": ecies_open(unhex(pair["privateKey"]), sealed, info, t["keyDerivation"]).hex()}


# Transmission keys and device requests


def published_server_key(t):
    text = SERVER_KEYS.get(t["serverKeyId"])
    if text is None:
        raise Refusal("server-key-unknown")
    public_key(unbase64(text))
    return {"publicKey": text}


def seal_request(t, payload):
    """Wrapped transmission key and body."""
    key_id = t["serverKeyId"]
    if not is_whole(key_id) or key_id < 1:
        raise Refusal("argument-invalid")
    point = unhex(t["serverPublicKey"])
    if len(point) != 65:
        raise Refusal("length-invalid")
    key = unhex(t["transmissionKey"])
    wrapped = ecies_seal(point, unhex(t["ephemeralPrivateKey"]), unhex(t["wrapNonce"]), key)
    return wrapped, gcm_seal(key, unhex(t["payloadNonce"]), payload)


def transmission_key_wrap(t):
    wrapped, body = seal_request(t, t["payload"].encode())
    return {
        "headers": {"PublicKeyId": str(t["serverKeyId"]), "TransmissionKey": b64(wrapped)},
        "body": body.hex(),
    }


def signed_request(t, payload, scalar):
    private_key(scalar)
    wrapped, body = seal_request(t, payload)
    headers = {
        "Content-Type": "application/octet-stream",
        "PublicKeyId": str(t["serverKeyId"]),
        "TransmissionKey": b64(wrapped),
        "Authorization": "Signature " + b64(sign(scalar, wrapped + body)),
    }
    return {"headers": headers, "body": body.hex()}


def device_request_build(t):
    return signed_request(t, t["payload"].encode(), unhex(t["devicePrivateKey"]))


def header_base64(text):
    try:
        return unbase64(text)
    except Refusal:
        raise Refusal("header-invalid") from None


def open_envelope(t, signed=True):
    """Headers and body of a request: key id, wrapped key, body, signature, transmission key, payload, client id."""
    headers = {name.lower(): value for name, value in t["headers"].items()}
    maximum = t.get("maximumBytes", MAXIMUM_REQUEST)
    key_id = headers.get("publickeyid", "")
    if not re.fullmatch(r"[1-9][0-9]{0,8}", key_id):
        raise Refusal("header-invalid")
    wrapped = header_base64(headers.get("transmissionkey", ""))
    if len(wrapped) != 125:
        raise Refusal("header-invalid")
    signature = None
    if signed:
        scheme = re.fullmatch(r"Signature ([A-Za-z0-9+/_=-]+)", headers.get("authorization", ""))
        if not scheme:
            raise Refusal("header-invalid")
        signature = header_base64(scheme.group(1))
    body = unhex(t["body"])
    if len(body) < 28:
        raise Refusal("message-too-short")
    if len(body) > maximum:
        raise Refusal("message-too-long")

    pair = next((one for one in t["serverKeys"] if one["id"] == int(key_id)), None)
    if pair is None:
        raise Refusal("server-key-unknown")
    key = ecies_open(unhex(pair["privateKey"]), wrapped)
    if len(key) != 32:
        raise Refusal("length-invalid")
    payload = parse_object(gcm_open(key, body), maximum)
    identifier = base64_of(payload, "clientId")
    if len(identifier) != 64:
        raise Refusal("length-invalid")
    return wrapped, body, signature, key, payload, b64(identifier)


def transmission_key_unwrap(t):
    _, _, _, key, payload, _ = open_envelope(t, signed=False)
    return {
        "payload": payload,
        "sealedAnswer": gcm_seal(key, unhex(t["answerNonce"]), t["answer"].encode()).hex(),
    }


def open_request(t):
    wrapped, body, signature, key, payload, client_id = open_envelope(t)
    brought = opt_base64(payload, "publicKey")
    client = next((one for one in t["clients"] if one["clientId"] == client_id), None)
    if client is None:
        raise Refusal("client-unknown")
    registered = client["publicKey"] and unhex(client["publicKey"])
    candidate = registered or brought
    if not candidate:
        raise Refusal("client-not-bound")
    message = wrapped + body
    if not verify(candidate, message, signature):
        if registered and brought and brought != registered and verify(brought, message, signature):
            raise Refusal("token-used")
        raise Refusal("signature-invalid")
    output = {
        "clientId": client_id,
        "payload": payload,
        "publicKey": brought.hex() if brought else None,
        "registered": registered is not None,
    }
    return output, wrapped, key


def device_request_open(t):
    return open_request(t)[0]


def device_request_replay(t):
    seen = []
    for request in t["requests"]:
        _, wrapped, _ = open_request({**t, **request})
        now = request["now"]
        seen = [entry for entry in seen if now - entry[1] < t["windowMilliseconds"]]
        if any(entry[0] == wrapped for entry in seen):
            raise Refusal("request-replayed")
        seen = (seen + [(wrapped, now)])[-t["capacity"] :]
    return {"admitted": len(t["requests"])}


# Answers


def answer_seal(t):
    return {"body": gcm_seal(unhex(t["transmissionKey"]), unhex(t["nonce"]), t["answer"].encode()).hex()}


def answer_open(t):
    body = unhex(t["body"])
    if len(body) > t.get("maximumBytes", MAXIMUM_ANSWER):
        raise Refusal("message-too-long")
    return {"answer": (gcm_open(unhex(t["transmissionKey"]), body) if body else b"").hex()}


def printable(words):
    # Control, format, and line and paragraph separators, by their categories in the Unicode character database.
    import unicodedata

    units = words.encode("utf-16-le", "surrogatepass")[:2000].decode("utf-16-le", "surrogatepass")
    return "".join(" " if unicodedata.category(one) in ("Cc", "Cf", "Zl", "Zp") else one for one in units)


def number_like_javascript(value):
    """What Number() makes of a JSON value, where that is a finite number."""
    if is_number(value):
        return float(value)
    if isinstance(value, str) and re.fullmatch(r"\s*[+-]?(\d+\.?\d*|\.\d+)\s*", value):
        return float(value)
    return math.nan


def as_number(value):
    return int(value) if value == int(value) else value


def error_answer(t):
    data = unhex(t["body"]) if "body" in t else t.get("bodyText", "").encode()
    try:
        value = parse_json(data, 64 * 1024, 64)
    except Refusal:
        value = {}
    obj = value if isinstance(value, dict) else {}

    def text(name):
        return obj[name] if isinstance(obj.get(name), str) else None

    error = text("error")
    code = text("result_code") if text("result_code") is not None else error
    status = t["status"]
    if status == 429 or (status == 403 and "throttled" in (error, code)):
        seconds = number_like_javascript(obj.get("retry_after"))
        if seconds > 0:
            return {"action": "wait", "retryAfterMilliseconds": as_number(seconds * 1000)}
        return {"action": "wait", "retryAfterMilliseconds": retry_after(t.get("retryAfter"), t.get("now"))}
    key_id = obj.get("key_id")
    if error == "key" and is_whole(key_id) and key_id > 0:
        return {"action": "switch-key", "serverKeyId": int(key_id)}
    if error == "region_redirect" and text("region_host") is not None:
        return {"action": "switch-region", "host": obj["region_host"]}
    if error == "device_not_registered":
        return {"action": "register-device"}
    message = next(
        (one for one in (text("message"), text("additional_info")) if one is not None), f"HTTP status {status}"
    )
    return {
        "action": "give-up",
        "resultCode": printable("unknown" if code is None else code),
        "message": printable(message),
    }


def retry_after(header, now):
    if header is None:
        return None
    if re.fullmatch(r"[0-9]{1,9}", header):
        return int(header) * 1000 or None
    date = email.utils.parsedate(header)
    if date is None or now is None:
        return None
    wait = calendar.timegm(date) * 1000 - now
    return wait if wait > 0 else None


def request_loop(t):
    state = {"host": t["host"], "id": t["serverKeyId"], "refused": [], "waits": 0, "redirects": 0}
    allowed = t.get("allowedHosts", list(REGIONS.values()))
    effects = []
    failed = False

    def send(wait=0):
        effects.append(
            {"type": "send", "host": state["host"], "serverKeyId": state["id"], "afterMilliseconds": wait}
        )

    for answer in t["answers"]:
        if answer["status"] == 200:
            effects.append({"type": "deliver"})
            continue
        said = error_answer(answer)
        action = said["action"]
        code = None
        if action == "switch-key":
            new = said["serverKeyId"]
            refused = state["refused"] + [state["id"]]
            if t["customServerKey"]:
                code = "server-key-rejected"
            elif new not in t["knownServerKeys"]:
                code = "server-key-unknown"
            elif new in refused or len(refused) > 3:
                code = "server-key-loop"
            elif t["workingKeyId"] is not None and new < t["workingKeyId"]:
                code = "server-key-rollback"
            else:
                state.update(id=new, refused=refused)
                send()
        elif action == "wait":
            asked = said["retryAfterMilliseconds"]
            if state["waits"] >= 5 or (asked is not None and asked > 300_000):
                code = "throttled"
            else:
                jitter = 0.75 + answer["random"] * 0.5
                wait = 11_000 * 2 ** state["waits"] * jitter if asked is None else asked * max(1, jitter)
                state["waits"] += 1
                send(math.floor(wait + 0.5))
        elif action == "switch-region":
            host = said["host"] if "allowedHosts" in t else said["host"].lower()
            if not is_host(host) or host not in allowed:
                code = "region-unknown"
            elif state["redirects"] >= 2:
                code = "redirect-loop"
            else:
                state.update(host=said["host"], redirects=state["redirects"] + 1)
                send()
        else:
            code = "request-rejected"
        if code:
            failed = True
            effects.append({"type": "fail", "code": code})
    return {"effects": effects}, failed


# One-time tokens


def is_host(host):
    name = r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?"
    return bool(re.fullmatch(rf"(?:{name}|\[[0-9A-Fa-f:]{{2,39}}\])(?::[0-9]{{1,5}})?", host))


def check_host(host):
    if not is_host(host):
        raise Refusal("token-invalid")
    return host


def token_part(text, length):
    try:
        value = unbase64(text)
    except Refusal:
        raise Refusal("token-invalid") from None
    if len(value) != length:
        raise Refusal("token-invalid")
    return value


def read_token(text, host=None):
    if len(text) > 512:
        raise Refusal("token-invalid")
    parts = text.strip().split(":")
    if len(parts) not in (1, 2, 4):
        raise Refusal("token-invalid")
    secret = token_part(parts[0] if len(parts) == 1 else parts[1], 32)
    if len(parts) > 1:
        host = REGIONS.get(parts[0].upper(), parts[0].lower())
    if host is None:
        raise Refusal("token-invalid")
    server_key = None
    if len(parts) == 4:
        if parts[0].upper() != "IL5" or not re.fullmatch(r"[1-9][0-9]{0,8}", parts[2]):
            raise Refusal("token-invalid")
        point = token_part(parts[3], 65)
        try:
            public_key(point)
        except Refusal:
            raise Refusal("token-invalid") from None
        server_key = {"id": int(parts[2]), "publicKey": point.hex()}
    return check_host(host), secret, server_key


def one_time_token_read(t):
    host, secret, server_key = read_token(t["token"], t.get("host"))
    return {
        "host": host,
        "clientId": client_id_of(secret),
        "clientKey": secret.hex(),
        "serverKey": server_key,
    }


def one_time_token_make(t):
    host = check_host(REGIONS.get(t["host"].upper(), t["host"].lower()))
    secret = unhex(t["secret"])
    text = b64url(secret)
    if ":" not in host:
        region = next((name for name, known in REGIONS.items() if known == host), host)
        text = f"{region}:{text}"
        if "serverKey" in t and region == "IL5":
            text += f":{t['serverKey']['id']}:{b64url(unhex(t['serverKey']['publicKey']))}"
    return {"token": text, "host": host, "clientId": client_id_of(secret)}


def client_id_test(t):
    return {"clientId": client_id_of(unhex(t["clientKey"]))}


# Binding


class BindingClient:
    """The client's steps: an event in, a state and effects out."""

    def __init__(self, expected_owner):
        self.expected = expected_owner
        self.at = "new"

    def go(self, at, **effect):
        self.at = at
        return {"at": at, "effects": [effect]}

    def fail(self, code):
        return self.go("failed", type="fail", code=code)

    def ask(self, key):
        return self.go("requesting", type="request", publicKey=key)

    def step(self, event):
        kind = (self.at, event["type"])
        if kind == ("new", "start"):
            return self.start(event["stored"], event["tokenClientId"])
        if kind == ("generating", "device-key-generated"):
            self.key = event["publicKey"]
            return self.go("storing-token", type="store-token")
        if kind == ("storing-token", "stored"):
            return self.ask(self.key)
        if kind == ("requesting", "answered"):
            if not event["encryptedApplicationKey"] or not event["ownerPublicKey"]:
                return self.fail("answer-unexpected")
            if self.expected and self.expected != event["ownerPublicKey"]:
                return self.fail("owner-key-unexpected")
            self.owner = event["ownerPublicKey"]
            wrapped = event["encryptedApplicationKey"]
            return self.go("opening", type="open-application-key", encryptedApplicationKey=wrapped)
        if kind == ("opening", "application-key-opened"):
            return self.go("storing-key", type="store-application-key", ownerPublicKey=self.owner)
        if kind == ("opening", "application-key-refused"):
            return self.fail("open-failed")
        if kind == ("storing-key", "stored"):
            return self.go("confirming", type="request", publicKey=None)
        if kind == ("confirming", "confirmed"):
            return self.go("bound", type="bound", ownerPublicKey=self.owner)
        raise Refusal("step-invalid")

    def start(self, stored, token):
        if stored is None:
            return self.fail("client-not-bound") if token is None else self.go("generating", type="generate-device-key")
        if token is not None and token != stored["clientId"]:
            return self.fail("client-mismatch")
        if stored["hasApplicationKey"]:
            if self.expected and self.expected != stored["ownerPublicKey"]:
                return self.fail("owner-key-unexpected")
            return self.go("bound", type="bound", ownerPublicKey=stored["ownerPublicKey"])
        return self.ask(stored["publicKey"]) if stored["hasClientKey"] else self.fail("client-not-bound")


class BindingServer:
    """The server's decisions about one client."""

    def __init__(self, client):
        self.client = client
        self.at = "issued"
        self.key = None
        self.address = None

    def step(self, command, key, address, now):
        code, wrapped = self.decide(command, key, address, now)
        if code:
            return {"at": self.at, "decision": "refuse", "code": code}
        return {"at": self.at, "decision": "serve", "encryptedApplicationKey": wrapped}

    def decide(self, command, key, address, now):
        client = self.client
        if client["accessExpiresOn"] is not None and now >= client["accessExpiresOn"]:
            return "client-expired", None
        if client["lockAddress"] and self.address not in (None, address):
            return "address-refused", None
        if self.at == "issued":
            if client["firstAccessExpiresOn"] is not None and now >= client["firstAccessExpiresOn"]:
                return "token-expired", None
            if key is None or command != "get_secret":
                return "client-not-bound", None
            self.at, self.key, self.address = "delivered", key, address
            return None, client["encryptedApplicationKey"]
        if key is None:
            self.at = "bound"
            return None, None
        if key != self.key:
            return "second-public-key", None
        if self.at == "bound":
            return "token-used", None
        return ("client-not-bound", None) if command != "get_secret" else (None, client["encryptedApplicationKey"])


def binding_client(t):
    machine = BindingClient(t["expectedOwner"])
    steps = [machine.step(event) for event in t["events"]]
    return {"steps": steps}, machine.at == "failed"


def binding_server(t):
    machine = BindingServer(t["client"])
    steps = [machine.step(one["command"], one["publicKey"], one["address"], one["now"]) for one in t["requests"]]
    refused = any(step["decision"] == "refuse" for step in steps)
    return {"steps": steps, "publicKey": machine.key, "address": machine.address}, refused


def binding_transcript(t):
    _, secret, _ = read_token(t["token"])
    client_id = client_id_of(secret)
    scalar = unhex(t["devicePrivateKey"])
    device = point_of(private_key(scalar)).hex()
    server = BindingServer(t["client"])
    machine = BindingClient(t["expectedOwner"])
    transcript = []
    stored = None
    application = None

    def result(refused):
        bound = stored if stored and stored["hasApplicationKey"] else None
        output = {
            "transcript": transcript,
            "applicationKey": application.hex() if bound else None,
            "ownerPublicKey": bound["ownerPublicKey"] if bound else None,
        }
        return output, refused

    exchanges = iter(t["exchanges"])
    event = {"type": "start", "stored": None, "tokenClientId": client_id}
    while event:
        step = machine.step(event)
        event = None
        effect = step["effects"][0]
        transcript.append({"client": step["at"], "effect": effect})
        kind = effect["type"]
        if kind == "generate-device-key":
            event = {"type": "device-key-generated", "publicKey": device}
        elif kind == "store-token":
            stored = {
                "clientId": client_id,
                "publicKey": device,
                "hasClientKey": True,
                "hasApplicationKey": False,
                "ownerPublicKey": None,
            }
            event = {"type": "stored"}
        elif kind == "open-application-key":
            try:
                application = gcm_unwrap(secret, unhex(effect["encryptedApplicationKey"]))
                event = {"type": "application-key-opened"}
            except Refusal:
                event = {"type": "application-key-refused"}
        elif kind == "store-application-key":
            public_key(unhex(effect["ownerPublicKey"]))
            stored = {
                **stored,
                "hasClientKey": False,
                "hasApplicationKey": True,
                "ownerPublicKey": effect["ownerPublicKey"],
            }
            event = {"type": "stored"}
        elif kind == "request":
            exchange = next(exchanges)
            payload = {"clientVersion": "ms17.5.0", "clientId": client_id}
            if effect["publicKey"]:
                payload["publicKey"] = b64(unhex(effect["publicKey"]))
            key = t["serverKey"]
            message = signed_request(
                {**exchange, "serverKeyId": key["id"], "serverPublicKey": key["publicKey"]}, dump(payload), scalar
            )
            registered = server.key and unbase64(server.key).hex()
            clients = [{"clientId": t["client"]["clientId"], "publicKey": registered}]
            opened, _, transmission_key = open_request({**message, "serverKeys": [key], "clients": clients})
            brought = opened["publicKey"] and b64(unhex(opened["publicKey"]))
            decision = server.step("get_secret", brought, exchange["address"], exchange["now"])
            entry = {"request": message, "server": decision.pop("at"), **decision}
            transcript.append(entry)
            if decision["decision"] == "refuse":
                return result(True)
            wrapped = decision["encryptedApplicationKey"]
            answer = {"appData": b64url(unhex(t["applicationData"]))}
            if wrapped:
                answer["encryptedAppKey"] = wrapped
                answer["appOwnerPublicKey"] = b64(unhex(t["ownerPublicKey"]))
            answer.update(folders=[], records=[], expiresOn=0, warnings=[])
            text = exchange["answerInstead"].encode() if "answerInstead" in exchange else dump(answer)
            entry["answer"] = gcm_seal(transmission_key, unhex(exchange["answerNonce"]), text).hex()
            if exchange.get("lost"):
                machine = BindingClient(t["expectedOwner"])
                event = {"type": "start", "stored": stored, "tokenClientId": client_id}
            elif effect["publicKey"] is None:
                event = {"type": "confirmed"}
            else:
                received = json.loads(text)
                event = {
                    "type": "answered",
                    "encryptedApplicationKey": hex_of(received.get("encryptedAppKey")),
                    "ownerPublicKey": hex_of(received.get("appOwnerPublicKey")),
                }
    return result(machine.at == "failed")


def hex_of(text):
    return None if text is None else unbase64(text).hex()


# get_secret and get_folders


def failure(kind, uid, parent, code):
    return {"kind": kind, "uid": uid, "parentUid": parent, "code": code}


def named(item, name):
    value = item.get(name) if isinstance(item, dict) else None
    return value if isinstance(value, str) else ""


def read_answer(text):
    return parse_object(text.encode(), MAXIMUM_ANSWER, 16)


def copied_keys(*kinds):
    """The items whose wrapped key, byte for byte, stands under two UIDs, of kinds (items, member of the key, of the UID).

    An item is known by where it stands in the answer, as the same one may stand there twice.
    """

    def wrapped(text):
        try:
            return unbase64(text)
        except Refusal:
            return text

    found = [
        (id(item), wrapped(named(item, key_member)), named(item, uid_member))
        for items, key_member, uid_member in kinds
        for item in items
    ]
    uids = {}
    for _, key, uid in found:
        uids.setdefault(key, set()).add(uid)
    return {place for place, key, _ in found if key and len(uids[key]) > 1}


def secrets_open(t):
    application_key = unhex(t["applicationKey"])
    root = read_answer(t["answer"])
    failed = []
    application = None
    try:
        sealed = opt_base64(root, "appData")
        application = parse_object(gcm_open(application_key, sealed)) if sealed else None
    except Refusal as refusal:
        failed.append(failure("application", "", None, refusal.code))

    places = [(item, None, application_key) for item in list_of(root, "records")]
    folders = []
    folder_items = list_of(root, "folders")
    copied_folders = copied_keys((folder_items, "folderKey", "folderUid"))
    for item in folder_items:
        try:
            uid = uid_of(object_of(item), "folderUid")
            if id(item) in copied_folders:
                raise Refusal("swap-suspected")
            key = gcm_open(application_key, base64_of(item, "folderKey"))
            if len(key) != 32:
                raise Refusal("open-failed")
            places += [(record, uid, key) for record in list_of(item, "records")]
            folders.append({"uid": uid, "key": key.hex()})
        except Refusal as refusal:
            failed.append(failure("folder", named(item, "folderUid"), None, refusal.code))

    items = [item for item, _, _ in places]
    files = [file for item in items for file in files_of(item)]
    copied = copied_keys((items, "recordKey", "recordUid"), (files, "fileKey", "fileUid"))

    records = {}
    for item, folder, key in places:
        problems = []
        try:
            record = open_record(item, folder, key, copied, problems)
        except Refusal as refusal:
            failed.append(failure("record", named(item, "recordUid"), folder, refusal.code))
            continue
        failed += problems
        first = records.get(record["uid"])
        if first is None:
            records[record["uid"]] = record
        elif (first["revision"], first["data"]) == (record["revision"], record["data"]):
            first["folderUids"] += [uid for uid in record["folderUids"] if uid not in first["folderUids"]]
        else:
            failed.append(failure("record", record["uid"], folder, "duplicate-uid"))

    for uid in t.get("requireRecords", []):
        if uid not in records:
            raise Refusal("record-missing")
    reported = [one["uid"] for one in failed if one["kind"] == "record"]
    missing = [uid for uid in t.get("requestedRecords", []) if uid not in records and uid not in reported]
    # 0 says that access does not end.
    expires = opt_whole(root, "expiresOn")
    output = {
        "application": application,
        "folders": folders,
        "records": list(records.values()),
        "failed": failed,
        "missing": missing,
        "expiresOn": expires if expires and expires > 0 else None,
        "warnings": opt_texts(root, "warnings") or [],
    }
    return output, bool(failed or missing)


def files_of(record):
    files = record.get("files") if isinstance(record, dict) else None
    return files if isinstance(files, list) else []


def open_record(item, folder, wrapping, copied, problems):
    record = object_of(item)
    wrapped = opt_base64(record, "recordKey")
    uid = uid_of(record, "recordUid") if wrapped else opt_text(record, "recordUid") or ""
    if id(item) in copied:
        raise Refusal("swap-suspected")
    if wrapped:
        key = gcm_unwrap(wrapping, wrapped)
    elif folder:
        raise Refusal("key-missing")
    else:
        key = wrapping
    data = parse_object(gcm_open(key, base64_of(record, "data")))
    revision = opt_whole(record, "revision")
    if revision is not None and revision < 0:
        raise Refusal("field-invalid")
    editable = opt_bool(record, "isEditable")
    files = []
    for file in list_of(record, "files"):
        try:
            name = uid_of(object_of(file), "fileUid")
            if id(file) in copied:
                raise Refusal("swap-suspected")
            file_key = gcm_unwrap(key, base64_of(file, "fileKey"))
            files.append(
                {
                    "uid": name,
                    "key": file_key.hex(),
                    "description": parse_object(gcm_open(file_key, base64_of(file, "data"))),
                    "url": opt_text(file, "url"),
                    "thumbnailUrl": opt_text(file, "thumbnailUrl"),
                }
            )
        except Refusal as refusal:
            problems.append(failure("file", named(file, "fileUid"), uid, refusal.code))
    links = [
        {"recordUid": text_of(one, "recordUid"), "data": opt_text(one, "data"), "path": opt_text(one, "path")}
        for one in list_of(record, "links")
        if isinstance(one, dict)
    ]
    return {
        "uid": uid,
        "folderUids": [folder] if folder else [],
        "innerFolderUid": opt_text(record, "innerFolderUid"),
        "revision": revision or 0,
        "isEditable": bool(editable),
        "wrappedBy": ("folder" if folder else "application") if wrapped else "none",
        "key": key.hex(),
        "data": data,
        "files": files,
        "links": links,
    }


def secrets_seal(t):
    application_key = unhex(t["applicationKey"])
    contents = {}

    def seal_record(record, wrapping):
        key = unhex(record["key"])
        sealed = {
            "recordUid": record["uid"],
            "recordKey": b64(gcm_seal(wrapping, unhex(record["wrapNonce"]), key)),
            "data": b64(gcm_seal(key, unhex(record["dataNonce"]), record["data"].encode())),
            "revision": record["revision"],
            "isEditable": record["isEditable"],
        }
        if "innerFolderUid" in record:
            sealed["innerFolderUid"] = record["innerFolderUid"]
        if "files" in record:
            sealed["files"] = [seal_file(file, key) for file in record["files"]]
        return sealed

    def seal_file(file, record_key):
        key, content = unhex(file["key"]), unhex(file["content"])
        contents[file["uid"]] = gcm_seal(key, unhex(file["contentNonce"]), content).hex()
        description = {"name": file["name"], "title": file["title"], "size": len(content)}
        description["lastModified"] = file["lastModified"]
        if "type" in file:
            description["type"] = file["type"]
        return {
            "fileUid": file["uid"],
            "fileKey": b64(gcm_seal(record_key, unhex(file["wrapNonce"]), key)),
            "data": b64(gcm_seal(key, unhex(file["descriptionNonce"]), dump(description))),
            "url": file["url"],
        }

    application = t["application"]
    answer = {
        "appData": b64url(gcm_seal(application_key, unhex(application["nonce"]), application["data"].encode())),
        "folders": [
            {
                "folderUid": folder["uid"],
                "folderKey": b64(gcm_seal(application_key, unhex(folder["wrapNonce"]), unhex(folder["key"]))),
                "records": [seal_record(record, unhex(folder["key"])) for record in folder["records"]],
            }
            for folder in t["folders"]
        ],
        "records": [seal_record(record, application_key) for record in t["records"]],
        "expiresOn": t["expiresOn"],
        "warnings": t["warnings"],
    }
    return {"answer": answer, "contents": contents}


def folders_open(t):
    application_key = unhex(t["applicationKey"])
    failed = []
    parents = {}
    entries = []
    items = list_of(read_answer(t["answer"]), "folders")
    copied = copied_keys((items, "folderKey", "folderUid"))
    for item in items:
        try:
            uid = uid_of(object_of(item), "folderUid")
            if uid in parents:
                raise Refusal("duplicate-uid")
            parents[uid] = opt_text(item, "parent") or None
            entries.append((uid, item, id(item) in copied))
        except Refusal as refusal:
            failed.append(failure("folder", named(item, "folderUid"), None, refusal.code))

    def root_of(uid):
        # A folder of a depth above 64 counts as a loop.
        for _ in range(65):
            parent = parents[uid]
            if parent is None:
                return uid
            if parent not in parents:
                raise Refusal("parent-missing")
            uid = parent
        raise Refusal("parent-loop")

    keys = {}
    opened = {}
    inner = [entry for entry in entries if parents[entry[0]]]
    for uid, item, is_copy in [entry for entry in entries if not parents[entry[0]]] + inner:
        parent = parents[uid]
        try:
            if is_copy:
                raise Refusal("swap-suspected")
            root = root_of(uid)
            wrapped = base64_of(item, "folderKey")
            if parent is None:
                key = gcm_open(application_key, wrapped)
                if len(key) != 32:
                    raise Refusal("open-failed")
            elif root in keys:
                key = cbc_unwrap(keys[root], wrapped)
            else:
                raise Refusal("key-missing")
            sealed = base64_of(item, "data")
            try:
                name = text_of(parse_object(cbc_open(key, sealed)), "name")
            except Refusal:
                # One code for all that comes of AES-CBC.
                raise Refusal("open-failed") from None
            keys[uid] = key
            opened[uid] = {
                "uid": uid,
                "parentUid": parent,
                "sharedFolderUid": root,
                "name": name,
                "key": key.hex(),
                "keyAuthenticated": parent is None,
            }
        except Refusal as refusal:
            failed.append(failure("folder", uid, parent, refusal.code))
    return {"folders": [opened[uid] for uid, _, _ in entries if uid in opened], "failed": failed}, bool(failed)


def folders_seal(t):
    application_key = unhex(t["applicationKey"])
    keys = {folder["uid"]: unhex(folder["key"]) for folder in t["folders"]}
    folders = []
    for folder in t["folders"]:
        key, nonce = keys[folder["uid"]], unhex(folder["wrapNonce"])
        root = folder.get("sharedFolderUid")
        wrapped = cbc_seal(keys[root], nonce, key) if root else gcm_seal(application_key, nonce, key)
        sealed = {
            "folderUid": folder["uid"],
            "folderKey": b64(wrapped),
            "data": b64(cbc_seal(key, unhex(folder["nameIv"]), dump({"name": folder["name"]}))),
        }
        if "parentUid" in folder:
            sealed["parent"] = folder["parentUid"]
        folders.append(sealed)
    return {"answer": {"folders": folders}}


# Commands


def fresh_uid(drawn):
    value = bytearray(drawn)
    if value[0] >> 2 == 0b111110:
        value[0] &= 0x7F
    return b64url(bytes(value))


def is_file_reference(field):
    return isinstance(field, dict) and field.get("type") == "fileRef"


def command_build(t):
    command = t["command"]
    payload = {"clientVersion": t["from"]["clientVersion"], "clientId": t["from"]["clientId"]}
    output = {"command": command, "payload": payload}
    if command == "get_secret":
        if "publicKey" in t:
            payload["publicKey"] = b64(unhex(t["publicKey"]))
        if "records" in t:
            payload["requestedRecords"] = t["records"]
        if "folders" in t:
            payload["requestedFolders"] = t["folders"]
        if t.get("links"):
            payload["requestLinks"] = True
    elif command == "update_secret":
        data = json.loads(t["data"])
        removed = t.get("removeFiles", [])
        if removed:
            fields = []
            for field in data["fields"]:
                if is_file_reference(field):
                    left = [uid for uid in field["value"] if uid not in removed]
                    if left:
                        fields.append({**field, "value": left})
                else:
                    fields.append(field)
            data["fields"] = fields
        record = t["record"]
        payload["recordUid"] = record["uid"]
        payload["data"] = b64url(gcm_seal(unhex(record["key"]), unhex(t["dataNonce"]), dump(data)))
        payload["revision"] = record["revision"]
        if "transaction" in t:
            payload["transactionType"] = t["transaction"]
        if removed:
            payload["links2Remove"] = removed
    elif command in ("finalize_secret_update", "rollback_secret_update"):
        payload["recordUid"] = t["recordUid"]
    elif command == "create_secret":
        key = unhex(t["recordKey"])
        owner, ephemeral = unhex(t["ownerPublicKey"]), unhex(t["ephemeralPrivateKey"])
        payload["recordUid"] = fresh_uid(unhex(t["uidBytes"]))
        payload["recordKey"] = b64(ecies_seal(owner, ephemeral, unhex(t["ownerNonce"]), key))
        payload["folderUid"] = t["folder"]["uid"]
        payload["folderKey"] = b64(gcm_seal(unhex(t["folder"]["key"]), unhex(t["folderNonce"]), key))
        payload["data"] = b64url(gcm_seal(key, unhex(t["dataNonce"]), dump(json.loads(t["data"]))))
        if "subFolderUid" in t:
            payload["subFolderUid"] = t["subFolderUid"]
    elif command == "delete_secret":
        payload["recordUids"] = t["recordUids"]
    elif command == "create_folder":
        key = unhex(t["folderKey"])
        wrapped = cbc_seal(unhex(t["sharedFolder"]["key"]), unhex(t["keyIv"]), key)
        payload["folderUid"] = fresh_uid(unhex(t["uidBytes"]))
        payload["sharedFolderUid"] = t["sharedFolder"]["uid"]
        payload["sharedFolderKey"] = b64url(wrapped)
        payload["data"] = b64url(cbc_seal(key, unhex(t["dataIv"]), dump({"name": t["name"]})))
        if "parentUid" in t:
            payload["parentUid"] = t["parentUid"]
    elif command == "update_folder":
        payload["folderUid"] = t["folder"]["uid"]
        sealed = cbc_seal(unhex(t["folder"]["key"]), unhex(t["dataIv"]), dump({"name": t["name"]}))
        payload["data"] = b64url(sealed)
    elif command == "delete_folder":
        payload["folderUids"] = t["folderUids"]
        payload["forceDeletion"] = t["force"]
    elif command == "add_file":
        record, file = t["record"], t["file"]
        record_key, key = unhex(record["key"]), unhex(t["fileKey"])
        content = unhex(file["content"])
        uid = fresh_uid(unhex(t["uidBytes"]))
        data = json.loads(record["data"])
        fields = data.setdefault("fields", [])
        reference = next((field for field in fields if is_file_reference(field)), None)
        if reference:
            reference["value"].append(uid)
        else:
            fields.append({"type": "fileRef", "value": [uid]})
        description = {"name": file["name"], "size": len(content), "title": file["title"]}
        description["lastModified"] = file["lastModified"]
        if "type" in file:
            description["type"] = file["type"]
        sealed = gcm_seal(key, unhex(t["contentNonce"]), content)
        owner, ephemeral = unhex(t["ownerPublicKey"]), unhex(t["ephemeralPrivateKey"])
        payload["fileRecordUid"] = uid
        payload["fileRecordKey"] = b64(ecies_seal(owner, ephemeral, unhex(t["ownerNonce"]), key))
        payload["fileRecordData"] = b64url(gcm_seal(key, unhex(t["descriptionNonce"]), dump(description)))
        payload["ownerRecordUid"] = record["uid"]
        payload["ownerRecordData"] = b64url(gcm_seal(record_key, unhex(t["recordNonce"]), dump(data)))
        payload["ownerRecordRevision"] = record["revision"]
        payload["linkKey"] = b64(gcm_seal(record_key, unhex(t["linkNonce"]), key))
        payload["fileSize"] = len(sealed)
        output["sealedContent"] = sealed.hex()
    return output


def command_read(t):
    payload, command = t["payload"], t["command"]

    def uid(name):
        return uid_of(payload, name)

    def opt_uid(name):
        return uid(name) if opt_text(payload, name) else None

    def data(name):
        return base64_of(payload, name).hex()

    if command in ("get_secret", "get_folders"):
        return {
            "command": command,
            "requestedRecords": opt_texts(payload, "requestedRecords"),
            "requestedFolders": opt_texts(payload, "requestedFolders"),
            "requestLinks": opt_bool(payload, "requestLinks") or False,
        }
    if command == "update_secret":
        output = {"command": command, "recordUid": uid("recordUid"), "data": data("data")}
        output["revision"] = whole_of(payload, "revision")
        output["transaction"] = opt_text(payload, "transactionType") or "general"
        if output["transaction"] not in ("general", "rotation"):
            raise Refusal("field-invalid")
        output["linksToRemove"] = opt_texts(payload, "links2Remove") or []
        return output
    if command in ("finalize_secret_update", "rollback_secret_update"):
        return {"command": command, "recordUid": uid("recordUid")}
    if command == "create_secret":
        return {
            "command": command,
            "recordUid": uid("recordUid"),
            "ownerRecordKey": data("recordKey"),
            "folderUid": uid("folderUid"),
            "folderRecordKey": data("folderKey"),
            "data": data("data"),
            "subFolderUid": opt_uid("subFolderUid"),
        }
    if command == "delete_secret":
        return {"command": command, "recordUids": required(opt_texts(payload, "recordUids"))}
    if command == "create_folder":
        return {
            "command": command,
            "folderUid": uid("folderUid"),
            "sharedFolderUid": uid("sharedFolderUid"),
            "folderKey": data("sharedFolderKey"),
            "data": data("data"),
            "parentUid": opt_uid("parentUid"),
        }
    if command == "update_folder":
        return {"command": command, "folderUid": uid("folderUid"), "data": data("data")}
    if command == "delete_folder":
        return {
            "command": command,
            "folderUids": required(opt_texts(payload, "folderUids")),
            "force": opt_bool(payload, "forceDeletion") or False,
        }
    return {
        "command": command,
        "fileUid": uid("fileRecordUid"),
        "ownerFileKey": data("fileRecordKey"),
        "description": data("fileRecordData"),
        "recordUid": uid("ownerRecordUid"),
        "recordData": data("ownerRecordData"),
        "recordRevision": whole_of(payload, "ownerRecordRevision"),
        "recordFileKey": data("linkKey"),
        "fileSize": whole_of(payload, "fileSize"),
    }


def owner_key_open(t):
    key = ecies_open(unhex(t["owner"]["privateKey"]), unbase64(t["wrapped"]))
    if len(key) != 32:
        raise Refusal("length-invalid")
    return {"key": key.hex()}


def delete_results(t):
    found = {}
    for kind, name in (("records", "recordUid"), ("folders", "folderUid")):
        for item in t["answer"].get(kind) or []:
            if not isinstance(item, dict):
                continue
            uid = opt_text(item, name)
            if uid is not None:
                code = opt_text(item, "responseCode")
                found[uid] = ("unknown" if code is None else code, opt_text(item, "errorMessage"))
    results = []
    for uid in t["uids"]:
        code, message = found.get(uid, ("missing", None))
        deleted = code.lower() == "ok"
        results.append({"uid": uid, "deleted": deleted, "responseCode": code, "errorMessage": message})
    return {"results": results}, not all(one["deleted"] for one in results)


def upload_target(t):
    answer = t["answer"]
    try:
        fields = json.loads(text_of(answer, "parameters"))
    except ValueError:
        raise Refusal("json-invalid") from None
    fields = {name: value if isinstance(value, str) else json.dumps(value) for name, value in fields.items()}
    return {
        "url": text_of(answer, "url"),
        "parameters": fields,
        "successStatusCode": whole_of(answer, "successStatusCode"),
    }


OPERATIONS = {
    "EciesSeal": ecies_seal_test,
    "EciesOpen": ecies_open_test,
    "PublishedServerKey": published_server_key,
    "TransmissionKeyWrap": transmission_key_wrap,
    "TransmissionKeyUnwrap": transmission_key_unwrap,
    "DeviceRequestBuild": device_request_build,
    "DeviceRequestOpen": device_request_open,
    "DeviceRequestReplay": device_request_replay,
    "AnswerSeal": answer_seal,
    "AnswerOpen": answer_open,
    "ErrorAnswer": error_answer,
    "RequestLoop": request_loop,
    "OneTimeTokenRead": one_time_token_read,
    "OneTimeTokenMake": one_time_token_make,
    "ClientId": client_id_test,
    "BindingClient": binding_client,
    "BindingServer": binding_server,
    "BindingTranscript": binding_transcript,
    "SecretsOpen": secrets_open,
    "SecretsSeal": secrets_seal,
    "FoldersOpen": folders_open,
    "FoldersSeal": folders_seal,
    "CommandBuild": command_build,
    "CommandRead": command_read,
    "OwnerKeyOpen": owner_key_open,
    "DeleteResults": delete_results,
    "UploadTarget": upload_target,
    **oracle_account.operations(sys.modules[__name__]),
    **oracle_keys.operations(sys.modules[__name__]),
    **oracle_pairing.operations(sys.modules[__name__]),
}


def judge(question):
    try:
        made = OPERATIONS[question["type"]](question["inputs"])
    except Refusal as refusal:
        return {"accepted": False, "error": refusal.code}
    output, refused = made if isinstance(made, tuple) else (made, False)
    return {"accepted": not refused, "output": output}


if __name__ == "__main__":
    questions = json.loads(sys.stdin.buffer.read())
    json.dump([judge(question) for question in questions], sys.stdout)
