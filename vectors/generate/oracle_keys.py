"""The keys of accounts, sharing, AES-CBC of old and PAM configurations, for oracle.py."""

import json
import re

from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_der_private_key

PAM_TYPE = re.compile(r"pam[A-Z][A-Za-z]*Configuration")


def operations(base):
    """The operations, on top of what oracle.py has."""
    refusal, unhex = base.Refusal, base.unhex

    # Derivations

    def check_iterations(t, count):
        if not t.get("minimumIterations", 100_000) <= count <= t.get("maximumIterations", 10_000_000):
            raise refusal("parameter-out-of-range")

    def pbkdf2(algorithm, length, password, salt, count):
        return PBKDF2HMAC(algorithm, length, salt, count).derive(password)

    def password_key(t, password, salt, count):
        check_iterations(t, count)
        if len(salt) != 16:
            raise refusal("length-invalid")
        return pbkdf2(hashes.SHA256(), 32, password.encode(), salt, count)

    def domain_key(t):
        check_iterations(t, t["iterations"])
        salt = unhex(t["salt"])
        if len(salt) != 16:
            raise refusal("length-invalid")
        label = t["domain"].encode()
        if not label:
            raise refusal("argument-invalid")
        derived = pbkdf2(hashes.SHA512(), 64, label + t["password"].encode(), salt, t["iterations"])
        state = hmac.HMAC(derived, hashes.SHA256())
        state.update(label)
        return state.finalize()

    def header_of(t):
        count = t["iterations"]
        if not 0 < count < 2**24:
            raise refusal("parameter-out-of-range")
        return b"\x01" + count.to_bytes(3, "big") + unhex(t["salt"])

    def read_header(value, length):
        if len(value) != length:
            raise refusal("length-invalid")
        if value[0] != 1:
            raise refusal("header-invalid")
        return int.from_bytes(value[1:4], "big"), value[4:20]

    def cost(count, digest="SHA-256"):
        return {"algorithm": "PBKDF2-HMAC-" + digest, "iterations": count}

    def blocks(key, iv):
        return Cipher(algorithms.AES(key), modes.CBC(iv))

    def encryption_params_make(t):
        header = header_of(t)
        key = password_key(t, t["password"], unhex(t["salt"]), t["iterations"])
        encryptor = blocks(key, unhex(t["iv"])).encryptor()
        sealed = encryptor.update(2 * unhex(t["dataKey"])) + encryptor.finalize()
        return {"encryptionParams": (header + unhex(t["iv"]) + sealed).hex()}

    def open_params(t, params):
        count, salt = read_header(params, 100)
        decryptor = blocks(password_key(t, t["password"], salt, count), params[20:36]).decryptor()
        twice = decryptor.update(params[36:]) + decryptor.finalize()
        repeats = params[36:68] == params[68:] and params[20:36] == params[52:68]
        if twice[:32] != twice[32:] or repeats:
            raise refusal("open-failed")
        return {"dataKey": twice[:32].hex(), "authenticated": False, "kdf": cost(count)}

    def encryption_params_open(t):
        return open_params(t, unhex(t["encryptionParams"]))

    def auth_verifier_make(t):
        header = header_of(t)
        return {"authVerifier": (header + password_key(t, t["password"], header[4:], t["iterations"])).hex()}

    def auth_verifier_check(t):
        verifier = unhex(t["authVerifier"])
        count, salt = read_header(verifier, 52)
        matches = password_key(t, t["password"], salt, count) == verifier[20:]
        return {"matches": matches, "kdf": cost(count)}, not matches

    def login_proof_make(t):
        key = password_key(t, t["password"], unhex(t["salt"]), t["iterations"])
        return {"loginProof": base.digest(key).hex()}

    def login_proof_check(t):
        verifier, proof = unhex(t["authVerifier"]), unhex(t["loginProof"])
        read_header(verifier, 52)
        if len(proof) != 32:
            raise refusal("length-invalid")
        matches = base.digest(verifier[20:]) == proof
        return {"matches": matches}, not matches

    # Data keys

    def of_32_bytes(key, code="open-failed"):
        if len(key) != 32:
            raise refusal(code)
        return key

    def alternate_wrap(t):
        return {"wrapped": base.gcm_seal(domain_key(t), unhex(t["nonce"]), unhex(t["dataKey"])).hex()}

    def open_alternate(t, wrapped):
        key = of_32_bytes(base.gcm_open(domain_key(t), wrapped))
        return {"dataKey": key.hex(), "authenticated": True, "kdf": cost(t["iterations"], "SHA-512")}

    def wrap_to(point, t, key):
        return base.ecies_seal(point, unhex(t["ephemeralPrivateKey"]), unhex(t["nonce"]), key)

    def device_wrap(t):
        return {"wrapped": wrap_to(unhex(t["devicePublicKey"]), t, unhex(t["dataKey"])).hex()}

    def open_device(t, wrapped):
        key = of_32_bytes(base.ecies_open(unhex(t["device"]["privateKey"]), wrapped))
        return {"dataKey": key.hex(), "authenticated": True}

    def data_key_open(t):
        kind = t["kind"]
        if kind not in t["allowedWraps"]:
            raise refusal("wrap-refused")
        if kind not in t["secrets"]:
            raise refusal("key-missing")
        return {"password": open_params, "device": open_device, "alternate": open_alternate}[kind](
            t, unhex(t["wrapped"])
        )

    # What lies under the data key

    def key_pair_make(t):
        scalar = unhex(t["privateKey"])
        return {
            "publicKey": base.point_of(base.private_key(scalar)).hex(),
            "encryptedPrivateKey": base.gcm_seal(unhex(t["dataKey"]), unhex(t["nonce"]), scalar).hex(),
        }

    def key_pair_open(t):
        scalar = of_32_bytes(base.gcm_open(unhex(t["dataKey"]), unhex(t["encryptedPrivateKey"])), "key-invalid")
        if base.point_of(base.private_key(scalar)) != unhex(t["publicKey"]):
            raise refusal("key-invalid")
        return {"privateKey": scalar.hex()}

    def client_key_wrap(t):
        return {"wrapped": base.cbc_seal(unhex(t["dataKey"]), unhex(t["iv"]), unhex(t["clientKey"])).hex()}

    def client_key_open(t):
        return {"clientKey": base.cbc_unwrap(unhex(t["dataKey"]), unhex(t["wrapped"])).hex()}

    # Sharing

    def key_share(t):
        if t.get("expectedPublicKey", t["userPublicKey"]) != t["userPublicKey"]:
            raise refusal("user-key-unexpected")
        return {"wrapped": wrap_to(unhex(t["userPublicKey"]), t, unhex(t["key"])).hex()}

    def key_share_open(t):
        return {"key": of_32_bytes(base.ecies_open(unhex(t["user"]["privateKey"]), unhex(t["wrapped"]))).hex()}

    def rsa_private_key(der):
        """PKCS#1 and nothing else: the package reads PKCS#8 too."""
        try:
            key = load_der_private_key(der, None)
        except (ValueError, TypeError):
            raise refusal("key-invalid") from None
        if key.private_bytes(Encoding.DER, PrivateFormat.TraditionalOpenSSL, NoEncryption()) != der:
            raise refusal("der-invalid")
        if not 2048 <= key.key_size <= 4096 or key.key_size % 8:
            raise refusal("key-invalid")
        return key

    def unwrap_rsa(key, wrapped):
        """None for what does not unpad to 32 bytes."""
        size = key.key_size // 8
        padded = wrapped.rjust(size, b"\x00")
        if len(padded) > size or int.from_bytes(padded, "big") >= key.public_key().public_numbers().n:
            raise refusal("open-failed")
        try:
            value = key.decrypt(padded, padding.PKCS1v15())
        except ValueError:
            return None
        return value if len(value) == 32 else None

    def rsa_private_key_seal(t):
        der = unhex(t["privateKeyDer"])
        rsa_private_key(der)
        return {"sealed": base.cbc_seal(unhex(t["dataKey"]), unhex(t["iv"]), der).hex()}

    def rsa_private_key_open(t):
        try:
            key = rsa_private_key(base.cbc_open(unhex(t["dataKey"]), unhex(t["sealed"])))
        except refusal:
            raise refusal("open-failed") from None
        return {"key": unwrap_rsa(key, unhex(t["wrapped"])).hex()}

    def integers(der):
        """The integers of a SEQUENCE that holds nothing else, in DER."""

        def element(data, tag):
            if len(data) < 2 or data[0] != tag:
                raise refusal("der-invalid")
            length, start = data[1], 2
            if length > 0x80:
                start = 2 + length - 0x80
                length = int.from_bytes(data[2:start], "big")
                if length < 0x80 or data[2] == 0:
                    raise refusal("der-invalid")
            if length == 0x80 or len(data) < start + length:
                raise refusal("der-invalid")
            return data[start : start + length], data[start + length :]

        body, rest = element(der, 0x30)
        if rest:
            raise refusal("der-invalid")
        found = []
        while body:
            digits, body = element(body, 2)
            number = int.from_bytes(digits, "big", signed=True)
            if number < 0 or number.to_bytes(number.bit_length() // 8 + 1, "big") != digits:
                raise refusal("der-invalid")
            found.append(number)
        return found

    def rsa_key_share(t):
        if "ecPublicKey" in t:
            raise refusal("wrap-refused")
        if t.get("expectedPublicKey", t["rsaPublicKey"]) != t["rsaPublicKey"]:
            raise refusal("user-key-unexpected")
        numbers = integers(unhex(t["rsaPublicKey"]))
        if len(numbers) != 2:
            raise refusal("der-invalid")
        n, e = numbers
        bits = n.bit_length()
        if not 2048 <= bits <= 4096 or bits % 8 or n % 2 == 0 or not 3 <= e < 2**32 or e % 2 == 0:
            raise refusal("key-invalid")
        rsa.RSAPublicNumbers(e, n).public_key()
        size = bits // 8
        filler = bytes(byte for byte in unhex(t["padding"]) if byte)
        message = b"\x00\x02" + filler + b"\x00" + unhex(t["key"])
        assert len(message) == size
        return {"wrapped": pow(int.from_bytes(message, "big"), e, n).to_bytes(size, "big").hex()}

    def rsa_key_share_open(t):
        key = unwrap_rsa(rsa_private_key(unhex(t["privateKeyDer"])), unhex(t["wrapped"]))
        opened = None
        if key is not None:
            try:
                opened = base.gcm_open(key, unhex(t["sealed"])).hex()
            except refusal:
                pass
        return {"key": None if opened is None else key.hex(), "plaintext": opened}, opened is None

    # AES-CBC

    def legacy_key_wrap(t):
        return {"wrapped": base.cbc_seal(unhex(t["wrappingKey"]), unhex(t["iv"]), unhex(t["key"])).hex()}

    def legacy_key_open(t):
        key = base.cbc_unwrap(unhex(t["wrappingKey"]), unhex(t["wrapped"]))
        return {"key": key.hex(), "authenticated": False}

    def legacy_record_seal(t):
        return {"sealed": base.cbc_seal(unhex(t["recordKey"]), unhex(t["iv"]), t["data"].encode()).hex()}

    def legacy_record_open(t):
        try:
            data = base.parse_object(base.cbc_open(unhex(t["recordKey"]), unhex(t["sealed"])))
        except refusal:
            raise refusal("open-failed") from None
        return {"data": data, "authenticated": False}

    # PAM configurations

    def array(obj, name):
        value = base.optional(obj, name, lambda one: isinstance(one, list))
        return [] if value is None else value

    def opt_uid(obj, name):
        text = base.opt_text(obj, name)
        return base.check_uid(text) if text else None

    def pam_read(data):
        kind = base.text_of(data, "type")
        if not PAM_TYPE.fullmatch(kind):
            raise refusal("field-invalid")
        fields = [one for one in array(data, "fields") if isinstance(one, dict) and one.get("type") == "pamResources"]
        if not fields:
            raise refusal("field-missing")
        if len(fields) > 1:
            raise refusal("field-invalid")
        values = array(fields[0], "value")
        if len(values) != 1 or not isinstance(values[0], dict):
            raise refusal("field-invalid")
        title = base.opt_text(data, "title") or ""
        gateway, folder = opt_uid(values[0], "controllerUid"), opt_uid(values[0], "folderUid")
        resources = array(values[0], "resourceRef")
        for one in resources:
            if not isinstance(one, str):
                raise refusal("field-invalid")
            base.check_uid(one)
        return {"type": kind, "title": title, "gatewayUid": gateway, "folderUid": folder, "resourceUids": resources}

    def pam_make(t):
        resources = {
            "controllerUid": t.get("gatewayUid", ""),
            "folderUid": t.get("folderUid", ""),
            "resourceRef": t.get("resourceUids", []),
        }
        fields = [{"type": "pamResources", "value": [resources]}, *t.get("fields", [])]
        data = {"type": t["configurationType"], "title": t["title"], "fields": fields, "custom": []}
        pam_read(json.loads(json.dumps(data)))
        return {"data": data}

    return {
        "EncryptionParamsMake": encryption_params_make,
        "EncryptionParamsOpen": encryption_params_open,
        "AuthVerifierMake": auth_verifier_make,
        "AuthVerifierCheck": auth_verifier_check,
        "LoginProofMake": login_proof_make,
        "LoginProofCheck": login_proof_check,
        "DomainKeyDerive": lambda t: {"key": domain_key(t).hex()},
        "AlternateDataKeyWrap": alternate_wrap,
        "AlternateDataKeyOpen": lambda t: open_alternate(t, unhex(t["wrapped"])),
        "DeviceDataKeyWrap": device_wrap,
        "DeviceDataKeyOpen": lambda t: open_device(t, unhex(t["wrapped"])),
        "DataKeyOpen": data_key_open,
        "AccountKeyPairMake": key_pair_make,
        "AccountKeyPairOpen": key_pair_open,
        "ClientKeyWrap": client_key_wrap,
        "ClientKeyOpen": client_key_open,
        "KeyShare": key_share,
        "KeyShareOpen": key_share_open,
        "RsaPrivateKeySeal": rsa_private_key_seal,
        "RsaPrivateKeyOpen": rsa_private_key_open,
        "RsaKeyShare": rsa_key_share,
        "RsaKeyShareOpen": rsa_key_share_open,
        "LegacyKeyWrap": legacy_key_wrap,
        "LegacyKeyOpen": legacy_key_open,
        "LegacyRecordSeal": legacy_record_seal,
        "LegacyRecordOpen": legacy_record_open,
        "PamConfigurationRead": lambda t: pam_read(t["data"]),
        "PamConfigurationMake": pam_make,
    }
