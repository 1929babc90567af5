// Device requests: made by a client, opened and checked by a server.
import assert from 'node:assert/strict';
import * as openssl from 'node:crypto';
import { getSecrets, inMemoryStorage } from '@keeper-security/secrets-manager-core';
import { getSecretsCommand } from 'vaultwire/keychain';
import {
  customServerKey,
  decodeDeviceRequest,
  deviceRequestHeaders,
  openDeviceRequest,
  sealDeviceRequest,
} from 'vaultwire/transmission';
import { decrypt, encrypt } from './bare.mjs';

const SERVER_KEY_ID = 7;
const CLIENT_VERSION = 'ms17.5.0';

/** A client that is bound and its server, as plain bytes: every contender makes of them what it needs. */
function makeParties() {
  const server = openssl.createECDH('prime256v1');
  // OpenSSL drops a private key's leading zeros; one that has none imports everywhere as it is.
  do server.generateKeys();
  while (server.getPrivateKey().length < 32);
  const device = openssl.generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const { x, y } = device.publicKey.export({ format: 'jwk' });
  return {
    server,
    device,
    devicePoint: Buffer.concat([Buffer.of(4), Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')]),
    devicePkcs8: device.privateKey.export({ format: 'der', type: 'pkcs8' }),
    clientId: openssl.randomBytes(64).toString('base64'),
  };
}

/**
 * A get_secret request, from its payload as an object to its body and its three headers. Keys are imported before, as
 * far as the contender can keep them.
 *
 * @param {import('vaultwire/crypto').CryptoSuite} suite
 */
export async function sealingRequests(suite) {
  const { server, device, devicePkcs8, clientId } = makeParties();
  const serverPoint = server.getPublicKey();

  const serverKey = await customServerKey({ id: SERVER_KEY_ID, publicKey: serverPoint }, { suite }).get(SERVER_KEY_ID);
  const signingKey = await suite.importSigningKey(devicePkcs8);
  async function ours(stopwatch) {
    stopwatch.start();
    const { payload } = getSecretsCommand({ clientId, clientVersion: CLIENT_VERSION });
    const { request } = await sealDeviceRequest({ serverKey, payload, signingKey, suite });
    const headers = deviceRequestHeaders(request);
    stopwatch.stop();
    return { headers, body: request.payload };
  }

  // The official client has no call that only makes a request: the watch runs from getSecrets until it hands the
  // finished request to its transport, and the request is then dropped by an exception, after the watch has stopped.
  // Its own transport would write the headers, so that is done for it here. Its storage is in memory; that it reads
  // keys from there anew and parses them for each request is how it works.
  const storage = inMemoryStorage({
    hostname: 'localhost',
    clientId,
    privateKey: devicePkcs8.toString('base64'),
    appKey: openssl.randomBytes(32).toString('base64'),
    serverPublicKeyId: String(SERVER_KEY_ID),
    serverPublicKey: serverPoint.toString('base64url'),
  });
  const dropped = new Error('The request is all that was wanted');
  async function peer(stopwatch) {
    let sent;
    const queryFunction = (_url, transmissionKey, { payload, signature }) => {
      const headers = headersOf(transmissionKey.publicKeyId, transmissionKey.encryptedKey, signature);
      stopwatch.stop();
      sent = { headers, body: payload };
      throw dropped;
    };
    stopwatch.start();
    await getSecrets({ storage, queryFunction }).catch((error) => {
      if (error !== dropped) throw error;
    });
    return sent;
  }

  // The same bytes on the wire with nothing around the calls: no checks, no copies, keys imported once.
  async function limit(stopwatch) {
    stopwatch.start();
    const transmissionKey = openssl.randomBytes(32);
    const ephemeral = openssl.createECDH('prime256v1');
    const ephemeralPoint = ephemeral.generateKeys();
    const wrappingKey = openssl.createHash('sha256').update(ephemeral.computeSecret(serverPoint)).digest();
    const wrapped = Buffer.concat([ephemeralPoint, ...encrypt(wrappingKey, transmissionKey)]);
    const payload = Buffer.from(JSON.stringify({ clientVersion: CLIENT_VERSION, clientId }));
    const body = Buffer.concat(encrypt(transmissionKey, payload));
    const signature = openssl.sign('sha256', Buffer.concat([wrapped, body]), device.privateKey);
    const headers = headersOf(SERVER_KEY_ID, wrapped, signature);
    stopwatch.stop();
    return { headers, body };
  }

  const verifyingKey = await suite.importVerifyingKey((await suite.importSigningKey(devicePkcs8)).publicKey);
  const serverPrivateKey = await suite.importEcPrivateKey({
    privateKey: server.getPrivateKey(),
    publicKey: serverPoint,
  });
  for (const contender of [ours, peer, limit]) {
    const { headers, body } = await contender({ start() {}, stop() {} });
    const opened = await openDeviceRequest(decodeDeviceRequest(new Headers(headers), body), {
      serverKey: () => serverPrivateKey,
      findClientKey: () => verifyingKey,
      suite,
    });
    assert.equal(opened.clientId, clientId);
    assert.deepEqual(Object.keys(opened.payload), ['clientVersion', 'clientId']);
  }
  return { ours, peer, limit };
}

/**
 * The other end: from headers and body to a payload that is known to come from the client. The verifying key is
 * imported once, and so is the server's. The official client has no server side.
 *
 * @param {import('vaultwire/crypto').CryptoSuite} suite
 */
export async function openingRequests(suite) {
  const { server, device, devicePoint, devicePkcs8, clientId } = makeParties();
  const serverKey = await customServerKey({ id: SERVER_KEY_ID, publicKey: server.getPublicKey() }, { suite }).get(
    SERVER_KEY_ID,
  );
  const { payload } = getSecretsCommand({ clientId });
  const signingKey = await suite.importSigningKey(devicePkcs8);
  const { request } = await sealDeviceRequest({ serverKey, payload, signingKey, suite });
  // As node:http gives them.
  const headers = Object.fromEntries(
    Object.entries(deviceRequestHeaders(request)).map(([name, value]) => [name.toLowerCase(), value]),
  );
  const body = request.payload;

  const serverPrivateKey = await suite.importEcPrivateKey({
    privateKey: server.getPrivateKey(),
    publicKey: server.getPublicKey(),
  });
  const verifyingKey = await suite.importVerifyingKey(devicePoint);
  const lookup = { get: (name) => headers[name.toLowerCase()] };
  const options = { serverKey: () => serverPrivateKey, findClientKey: () => verifyingKey, suite };
  async function ours(stopwatch) {
    stopwatch.start();
    const opened = await openDeviceRequest(decodeDeviceRequest(lookup, body), options);
    stopwatch.stop();
    return opened.payload;
  }

  async function limit(stopwatch) {
    stopwatch.start();
    const wrapped = Buffer.from(headers.transmissionkey, 'base64');
    const signature = Buffer.from(headers.authorization.slice('Signature '.length), 'base64');
    const sharedSecret = server.computeSecret(wrapped.subarray(0, 65));
    const wrappingKey = openssl.createHash('sha256').update(sharedSecret).digest();
    const transmissionKey = decrypt(wrappingKey, wrapped.subarray(65));
    const opened = JSON.parse(decrypt(transmissionKey, body).toString());
    const genuine = openssl.verify('sha256', Buffer.concat([wrapped, body]), device.publicKey, signature);
    stopwatch.stop();
    return genuine ? opened : undefined;
  }

  for (const contender of [ours, limit]) {
    assert.equal((await contender({ start() {}, stop() {} })).clientId, clientId);
  }
  return { ours, limit };
}

function headersOf(serverKeyId, wrapped, signature) {
  return {
    PublicKeyId: String(serverKeyId),
    TransmissionKey: Buffer.from(wrapped).toString('base64'),
    Authorization: `Signature ${Buffer.from(signature).toString('base64')}`,
  };
}
