"""Lets Keeper Commander be driven from elsewhere: a JSON question a line comes in, a JSON answer a line goes out.

Cryptography, messages and requests are all Commander's own; what stands here loads keys, calls it and hands on what it
gives. Bytes travel as {"bytes": hexadecimal}.
"""

import json
import sys

# Commander prints to the standard output, which answers go to.
answers, sys.stdout = sys.stdout, sys.stderr

from keepercommander import api, crypto, rest_api, utils
from keepercommander.error import KeeperApiError
from keepercommander.loginv3 import LoginV3API, LoginV3Flow
from keepercommander.params import KeeperParams
from keepercommander.proto import APIRequest_pb2
from keepercommander.qrc import qrc_crypto
from mlkem import ML_KEM, MLKEM_1024_PARAMETERS

MODULES = {"crypto": crypto, "utils": utils}
LOADERS = {
    "bytes": bytes,
    "ecPrivateKey": crypto.load_ec_private_key,
    "ecPublicKey": crypto.load_ec_public_key,
    "rsaPrivateKey": crypto.load_rsa_private_key,
    "rsaPublicKey": crypto.load_rsa_public_key,
}
DATA_KEY_TYPES = {
    "device": APIRequest_pb2.BY_DEVICE_PUBLIC_KEY,
    "password": APIRequest_pb2.BY_PASSWORD,
    "alternate": APIRequest_pb2.BY_ALTERNATE,
}


def load(value):
    if isinstance(value, dict) and len(value) == 1:
        ((kind, text),) = value.items()
        return LOADERS[kind](bytes.fromhex(text))
    return value


def unload(value):
    if isinstance(value, (bytes, bytearray)):
        return {"bytes": value.hex()}
    if isinstance(value, dict):
        return {name: unload(item) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [unload(item) for item in value]
    return value


def call(function, arguments):
    module, name = function.split(".")
    return getattr(MODULES[module], name)(*[load(argument) for argument in arguments])


def data_key(kind, wrapped, password="", salt=None, iterations=0, devicePrivateKey=None):
    """The data key, by the step of Commander's login that opens it."""
    params = KeeperParams()
    params.password, params.salt, params.iterations = password, load(salt), iterations
    if devicePrivateKey:
        params.device_private_key = utils.base64_url_encode(load(devicePrivateKey))
    response = APIRequest_pb2.LoginResponse(
        encryptedDataKeyType=DATA_KEY_TYPES[kind], encryptedDataKey=load(wrapped)
    )
    LoginV3Flow.get_data_key(params, response)
    return params.data_key


def new_ec_key():
    private_key, public_key = crypto.generate_ec_key()
    return {"privateKey": crypto.unload_ec_private_key(private_key), "publicKey": crypto.unload_ec_public_key(public_key)}


def new_rsa_key():
    private_key, public_key = crypto.generate_rsa_key()
    return {
        "privateKey": crypto.unload_rsa_private_key(private_key),
        "publicKey": crypto.unload_rsa_public_key(public_key),
    }


def new_ml_kem_key():
    public_key, private_key = ML_KEM(MLKEM_1024_PARAMETERS).key_gen()
    return {"privateKey": private_key, "publicKey": public_key}


def encrypt_qrc(transmissionKey, ecPublicKey, mlKemPublicKey):
    client = crypto.generate_ec_key()[0]
    return qrc_crypto.encrypt_qrc(load(transmissionKey), client, load(ecPublicKey), load(mlKemPublicKey))


def open_request(body, ecPrivateKey, mlKemPrivateKey=None):
    """What a request holds, read by Commander's messages and the functions beside those that seal it."""
    request = APIRequest_pb2.ApiRequest.FromString(load(body))
    ec_private_key = load(ecPrivateKey)
    if mlKemPrivateKey:
        message = request.qrcMessageKey
        # Commander only seals: the same derivation, from the other end.
        key = qrc_crypto._combine_secrets_hkdf(
            ec_private_key.exchange(crypto.ec.ECDH(), crypto.load_ec_public_key(message.clientEcPublicKey)),
            ML_KEM(MLKEM_1024_PARAMETERS).decaps(load(mlKemPrivateKey), message.mlKemEncapsulatedKey),
            crypto.unload_ec_public_key(ec_private_key.public_key()),
            message.clientEcPublicKey,
            message.mlKemEncapsulatedKey,
        )
        transmission_key = crypto.decrypt_aes_v2(message.data, key)
    else:
        transmission_key = crypto.decrypt_ec(request.encryptedTransmissionKey, ec_private_key)
    payload = APIRequest_pb2.ApiRequestPayload.FromString(
        crypto.decrypt_aes_v2(request.encryptedPayload, transmission_key)
    )
    return {
        "publicKeyId": request.publicKeyId,
        "ecKeyId": request.qrcMessageKey.ecKeyId,
        "locale": request.locale,
        "payload": payload.payload,
        "sessionToken": payload.encryptedSessionToken,
        "apiVersion": payload.apiVersion,
        "transmissionKey": transmission_key,
    }


class Account:
    """A user of a server, at a device."""

    def __init__(self, server, user, serverKeys, serverKeyId, mlKemKeyId, devicePrivateKey, deviceToken):
        rest_api.SERVER_PUBLIC_KEYS.clear()
        for key_id, key in serverKeys:
            rest_api.SERVER_PUBLIC_KEYS[key_id] = load(key)
        self.params = params = KeeperParams(server=server)
        params.user = user
        params.device_private_key = utils.base64_url_encode(load(devicePrivateKey))
        self.device_token = load(deviceToken)
        context = params.rest_context
        context.server_key_id = serverKeyId
        context.fail_on_throttle = True
        # Which ML-KEM key a host has is a table of the published hosts, without one for this machine.
        context._RestApiContext__qrc_key_id = mlKemKeyId

    def register_device(self):
        LoginV3API.register_device_in_region(self.params, self.device_token)

    def login(self, password):
        params = self.params
        params.password = password
        said = api.run_command(params, {"command": "vaultwire_login_parameters", "username": params.user})
        params.salt, params.iterations = utils.base64_url_decode(said["salt"]), said["iterations"]
        proof = crypto.derive_keyhash_v1(password, params.salt, params.iterations)
        said = api.run_command(
            params,
            {
                "command": "vaultwire_login",
                "username": params.user,
                "device_token": utils.base64_url_encode(self.device_token),
                "auth_response": utils.base64_url_encode(proof),
            },
        )
        params.session_token = said["session_token"]

    def keys(self):
        params = self.params
        summary = LoginV3API.accountSummary(params)
        keys = summary.keysInfo
        params.data_key = data_key("password", keys.encryptionParams, params.password)
        return {
            "dataKey": params.data_key,
            "clientKey": crypto.decrypt_aes_v1(summary.clientKey, params.data_key),
            "ecPrivateKey": crypto.decrypt_aes_v2(keys.encryptedEccPrivateKey, params.data_key),
        }

    def vault(self):
        params = self.params
        said = api.communicate(params, {"command": "vaultwire_get_vault"})
        folder_keys, opened = {}, {"folders": [], "records": []}
        for folder in said["folders"]:
            key = crypto.decrypt_aes_v2(utils.base64_url_decode(folder["folder_key"]), params.data_key)
            folder_keys[folder["folder_uid"]] = key
            data = crypto.decrypt_aes_v1(utils.base64_url_decode(folder["data"]), key)
            opened["folders"].append([folder["folder_uid"], json.loads(data)])
        for record in said["records"]:
            under = folder_keys[record["folder_uid"]] if "folder_uid" in record else params.data_key
            key = crypto.decrypt_aes_v2(utils.base64_url_decode(record["record_key"]), under)
            data = crypto.decrypt_aes_v2(utils.base64_url_decode(record["data"]), key)
            opened["records"].append([record["record_uid"], json.loads(data)])
        return opened

    def key_ids(self):
        context = self.params.rest_context
        return {"server": context.server_key_id, "mlKem": context.qrc_key_id}


account = None


def begin(**options):
    global account
    account = Account(**options)


OPERATIONS = {
    "call": call,
    "data-key": data_key,
    "new-ec-key": new_ec_key,
    "new-rsa-key": new_rsa_key,
    "new-ml-kem-key": new_ml_kem_key,
    "encrypt-qrc": encrypt_qrc,
    "open-request": open_request,
    "begin": begin,
    "register-device": lambda: account.register_device(),
    "login": lambda password: account.login(password),
    "keys": lambda: account.keys(),
    "vault": lambda: account.vault(),
    "key-ids": lambda: account.key_ids(),
}

for line in sys.stdin:
    question = json.loads(line)
    try:
        answer = {"result": unload(OPERATIONS[question["operation"]](**question["options"]))}
    except KeeperApiError as error:
        answer = {"error": error.result_code}
    except Exception as error:
        answer = {"error": f"{type(error).__name__}: {error}"}
    answers.write(json.dumps(answer) + "\n")
    answers.flush()
