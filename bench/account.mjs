// Account requests and the hybrid transmission key, beside the bare calls of node:crypto and of noble's ML-KEM.
import assert from 'node:assert/strict';
import * as openssl from 'node:crypto';
import { ml_kem1024 } from '@noble/post-quantum/ml-kem.js';
import { generateMlKemPrivateKey, importMlKemPrivateKey, open, seal } from 'vaultwire/ecies/hybrid';
import { openAccountRequest, sealAccountRequest } from 'vaultwire/transmission/account';

/** The rows: ours, no peer, and the same bytes on the wire with nothing around the calls. */
export const ACCOUNT_OPERATIONS = [
  { name: 'hybrid wrap of a transmission key', prepare: wrappingHybrid, targets: {} },
  { name: 'hybrid unwrap of a transmission key', prepare: unwrappingHybrid, targets: {} },
  { name: 'account request', prepare: (suite) => sealingAccount(suite, false), targets: {} },
  { name: 'open an account request', prepare: (suite) => openingAccount(suite, false), targets: {} },
  { name: 'hybrid account request', prepare: (suite) => sealingAccount(suite, true), targets: {} },
  { name: 'open a hybrid account request', prepare: (suite) => openingAccount(suite, true), targets: {} },
];

const PARAMETER_SET = 'ML-KEM-1024';
const SUITE_NAME = Buffer.from(`HPKE_${PARAMETER_SET}_ECDH-P256_HKDF-SHA256_AES-GCM-256`);
const EC_KEY_ID = 7;
const ML_KEM_KEY_ID = 136;
const PAYLOAD = openssl.randomBytes(200);
const SESSION_TOKEN = openssl.randomBytes(64);
const NO_WATCH = { start() {}, stop() {} };

function encrypt(key, plaintext) {
  const nonce = openssl.randomBytes(12);
  const cipher = openssl.createCipheriv('aes-256-gcm', key, nonce);
  const ciphertext = cipher.update(plaintext);
  cipher.final();
  return Buffer.concat([nonce, ciphertext, cipher.getAuthTag()]);
}

function decrypt(key, sealed) {
  const decipher = openssl.createDecipheriv('aes-256-gcm', key, sealed.subarray(0, 12));
  decipher.setAuthTag(sealed.subarray(-16));
  const plaintext = decipher.update(sealed.subarray(12, -16));
  decipher.final();
  return plaintext;
}

/** The ML-KEM that this Node has, or noble's: what ours takes as well. */
function bareMlKem(publicKey, seed) {
  if (typeof openssl.encapsulate !== 'function') {
    const { secretKey } = ml_kem1024.keygen(seed);
    return {
      encapsulate: () => ml_kem1024.encapsulate(publicKey),
      decapsulate: (ciphertext) => ml_kem1024.decapsulate(ciphertext, secretKey),
    };
  }
  const jwk = { kty: 'AKP', alg: PARAMETER_SET, pub: Buffer.from(publicKey).toString('base64url') };
  const key = openssl.createPublicKey({ key: jwk, format: 'jwk' });
  const privateKey = openssl.createPrivateKey({
    key: { ...jwk, priv: Buffer.from(seed).toString('base64url') },
    format: 'jwk',
  });
  return {
    encapsulate() {
      const { ciphertext, sharedKey } = openssl.encapsulate(key);
      return { cipherText: ciphertext, sharedSecret: sharedKey };
    },
    decapsulate: (ciphertext) => openssl.decapsulate(privateKey, ciphertext),
  };
}

/** A server with both keys: as our key objects, and as what the bare calls want. */
async function makeServer(suite) {
  const ecdh = openssl.createECDH('prime256v1');
  do ecdh.generateKeys();
  while (ecdh.getPrivateKey().length < 32);
  const point = ecdh.getPublicKey();
  const ec = await suite.importEcPrivateKey({ privateKey: ecdh.getPrivateKey(), publicKey: point });
  const { seed } = await generateMlKemPrivateKey(PARAMETER_SET, { suite });
  const mlKem = await importMlKemPrivateKey(PARAMETER_SET, seed, { suite });
  return { ecdh, point, ec, mlKem, bare: bareMlKem(mlKem.publicKey.bytes, seed) };
}

function hybridKey(z1, z2, point, ephemeralPoint, ciphertext, optionalData) {
  const digest = openssl.createHash('sha256').update(ciphertext).digest();
  const info = Buffer.concat([optionalData, SUITE_NAME, point, ephemeralPoint, digest, Buffer.of(1)]);
  return Buffer.from(openssl.hkdfSync('sha256', Buffer.concat([z1, z2]), Buffer.alloc(32), info, 32));
}

function bareSeal({ point, bare }, secret, optionalData) {
  const ephemeral = openssl.createECDH('prime256v1');
  const ephemeralPoint = ephemeral.generateKeys();
  const { cipherText, sharedSecret } = bare.encapsulate();
  const z1 = ephemeral.computeSecret(point);
  const key = hybridKey(z1, sharedSecret, point, ephemeralPoint, cipherText, optionalData);
  return {
    clientEcPublicKey: ephemeralPoint,
    mlKemEncapsulatedKey: cipherText,
    data: encrypt(key, secret),
    version: 1,
  };
}

function bareOpen({ ecdh, point, bare }, message, optionalData) {
  const { clientEcPublicKey, mlKemEncapsulatedKey, data } = message;
  const z1 = ecdh.computeSecret(clientEcPublicKey);
  const z2 = bare.decapsulate(mlKemEncapsulatedKey);
  return decrypt(hybridKey(z1, z2, point, clientEcPublicKey, mlKemEncapsulatedKey, optionalData), data);
}

async function wrappingHybrid(suite) {
  const server = await makeServer(suite);
  const recipient = { ec: server.ec.publicKey, mlKem: server.mlKem.publicKey };
  const secret = openssl.randomBytes(32);
  const optionalData = openssl.randomBytes(16);
  const contenders = {
    async ours(stopwatch) {
      stopwatch.start();
      const message = await seal(recipient, secret, { suite, optionalData });
      stopwatch.stop();
      return message;
    },
    async limit(stopwatch) {
      stopwatch.start();
      const message = bareSeal(server, secret, optionalData);
      stopwatch.stop();
      return message;
    },
  };
  for (const run of Object.values(contenders)) {
    assert.deepEqual(Buffer.from(await open(server, await run(NO_WATCH), { suite, optionalData })), secret);
  }
  return contenders;
}

async function unwrappingHybrid(suite) {
  const server = await makeServer(suite);
  const secret = openssl.randomBytes(32);
  const optionalData = openssl.randomBytes(16);
  const message = bareSeal(server, secret, optionalData);
  const contenders = {
    async ours(stopwatch) {
      stopwatch.start();
      const opened = await open(server, message, { suite, optionalData });
      stopwatch.stop();
      return opened;
    },
    async limit(stopwatch) {
      stopwatch.start();
      const opened = bareOpen(server, message, optionalData);
      stopwatch.stop();
      return opened;
    },
  };
  for (const run of Object.values(contenders)) assert.deepEqual(Buffer.from(await run(NO_WATCH)), secret);
  return contenders;
}

// Protobuf by hand: fields in order, lengths as varints, which is all these messages need.
const varint = (value) => {
  const bytes = [];
  for (; value > 127; value = Math.floor(value / 128)) bytes.push((value & 127) | 128);
  return Buffer.from([...bytes, value]);
};
const bytesField = (number, bytes) => [Buffer.of(number * 8 + 2), varint(bytes.length), bytes];
const numberField = (number, value) => [Buffer.of(number * 8), varint(value)];

function bareRequest(server, hybrid) {
  const secret = openssl.randomBytes(32);
  let key;
  let wrapped;
  if (hybrid) {
    const optionalData = openssl.randomBytes(16);
    const message = bareSeal(server, secret, optionalData);
    key = bytesField(1, optionalData);
    const nested = Buffer.concat([
      ...bytesField(1, message.clientEcPublicKey),
      ...bytesField(2, message.mlKemEncapsulatedKey),
      ...bytesField(3, message.data),
      ...numberField(4, 1),
      ...numberField(5, EC_KEY_ID),
    ]);
    wrapped = bytesField(8, nested);
  } else {
    const ephemeral = openssl.createECDH('prime256v1');
    const point = ephemeral.generateKeys();
    const wrappingKey = openssl.createHash('sha256').update(ephemeral.computeSecret(server.point)).digest();
    key = bytesField(1, Buffer.concat([point, encrypt(wrappingKey, secret)]));
    wrapped = [];
  }
  const payload = Buffer.concat([...bytesField(1, PAYLOAD), ...bytesField(2, SESSION_TOKEN)]);
  return Buffer.concat([
    ...key,
    ...numberField(2, hybrid ? ML_KEM_KEY_ID : EC_KEY_ID),
    ...bytesField(3, Buffer.from('en_US')),
    ...bytesField(4, encrypt(secret, payload)),
    ...wrapped,
  ]);
}

/** The fields of a message by number; nothing is checked. */
function bareFields(message) {
  const fields = {};
  for (let offset = 0; offset < message.length;) {
    const tag = message[offset++];
    let value = 0;
    let scale = 1;
    for (;;) {
      const byte = message[offset++];
      value += (byte & 127) * scale;
      scale *= 128;
      if (byte < 128) break;
    }
    if ((tag & 7) === 2) {
      fields[tag >> 3] = message.subarray(offset, offset + value);
      offset += value;
    } else fields[tag >> 3] = value;
  }
  return fields;
}

function bareOpenRequest(server, body) {
  const request = bareFields(body);
  let secret;
  if (request[8]) {
    const key = bareFields(request[8]);
    secret = bareOpen(server, { clientEcPublicKey: key[1], mlKemEncapsulatedKey: key[2], data: key[3] }, request[1]);
  } else {
    const shared = server.ecdh.computeSecret(request[1].subarray(0, 65));
    secret = decrypt(openssl.createHash('sha256').update(shared).digest(), request[1].subarray(65));
  }
  const payload = bareFields(decrypt(secret, request[4]));
  return { payload: payload[1], sessionToken: payload[2] };
}

const openingOf = (server, suite) => ({
  serverKey: (id) => (id === EC_KEY_ID ? server.ec : undefined),
  hybrid: { mlKemKey: (id) => (id === ML_KEM_KEY_ID ? server.mlKem : undefined), open },
  suite,
});

async function sealingAccount(suite, hybrid) {
  const server = await makeServer(suite);
  const options = {
    serverKey: { id: EC_KEY_ID, publicKey: server.ec.publicKey },
    ...(hybrid && { hybrid: { mlKemKey: { id: ML_KEM_KEY_ID, publicKey: server.mlKem.publicKey }, seal } }),
    payload: PAYLOAD,
    sessionToken: SESSION_TOKEN,
    suite,
  };
  const contenders = {
    async ours(stopwatch) {
      stopwatch.start();
      const { body } = await sealAccountRequest(options);
      stopwatch.stop();
      return body;
    },
    async limit(stopwatch) {
      stopwatch.start();
      const body = bareRequest(server, hybrid);
      stopwatch.stop();
      return body;
    },
  };
  for (const run of Object.values(contenders)) {
    const opened = await openAccountRequest(await run(NO_WATCH), openingOf(server, suite));
    assert.deepEqual(Buffer.from(opened.payload), PAYLOAD);
    assert.equal(opened.transport, hybrid ? 'hybrid' : 'ec');
  }
  return contenders;
}

async function openingAccount(suite, hybrid) {
  const server = await makeServer(suite);
  const body = bareRequest(server, hybrid);
  const options = openingOf(server, suite);
  const contenders = {
    async ours(stopwatch) {
      stopwatch.start();
      const opened = await openAccountRequest(body, options);
      stopwatch.stop();
      return opened;
    },
    async limit(stopwatch) {
      stopwatch.start();
      const opened = bareOpenRequest(server, body);
      stopwatch.stop();
      return opened;
    },
  };
  for (const run of Object.values(contenders)) {
    const { payload, sessionToken } = await run(NO_WATCH);
    const token = sessionToken.exportSecretBytes?.() ?? sessionToken;
    assert.deepEqual([Buffer.from(payload), Buffer.from(token)], [PAYLOAD, SESSION_TOKEN]);
  }
  return contenders;
}
