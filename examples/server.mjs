import { createServer } from 'node:http';
import { isVaultwireError } from 'vaultwire';
import { defaultSuite } from 'vaultwire/crypto';
import { encodeSecretsAnswer, readCommand, stepServedClient } from 'vaultwire/keychain';
import { decodeDeviceRequest, openDeviceRequest, ReplayWindow, sealAnswer } from 'vaultwire/transmission';

const bytes = (base64) => new Uint8Array(Buffer.from(base64, 'base64'));
const base64 = (array) => Buffer.from(array).toString('base64');

/**
 * Answers get_secret for clients whose state is in a Map. TLS, storage and the other commands are left out here;
 * the vaultwire-cli package has all of them.
 */
export async function startSecretsServer({ clients, secrets, ownerPublicKey }) {
  const serverKey = await defaultSuite.generateEcPrivateKey();
  const replayWindow = new ReplayWindow();

  async function answer(headers, body, address) {
    const now = Date.now();
    const opened = await openDeviceRequest(decodeDeviceRequest(headers, body), {
      serverKey: (id) => (id === 1 ? serverKey : undefined),
      findClientKey: (clientId) => {
        const client = clients.get(clientId);
        return client && (client.publicKey === null ? null : bytes(client.publicKey));
      },
      replayWindow,
      now,
    });
    // The signature fits: from here on the payload is the client's word.
    const { command } = readCommand('get_secret', opened.payload);
    const publicKey = opened.publicKey ? base64(opened.publicKey) : null;
    const { state, decision } = stepServedClient(clients.get(opened.clientId), { command, publicKey, address, now });
    if (decision.type === 'refuse') throw decision.error;
    clients.set(opened.clientId, state); // durably, before the answer goes out

    const { encryptedApplicationKey } = decision;
    const binding = encryptedApplicationKey !== null && {
      encryptedApplicationKey: bytes(encryptedApplicationKey),
      ownerPublicKey,
    };
    return sealAnswer(opened.transmissionKey, encodeSecretsAnswer({ ...secrets, ...(binding && { binding }) }));
  }

  const server = createServer(async (request, response) => {
    try {
      const chunks = await request.toArray();
      const headers = new Headers(Object.entries(request.headers));
      response.end(await answer(headers, new Uint8Array(Buffer.concat(chunks)), request.socket.remoteAddress));
    } catch (error) {
      // What fails inside is nobody's business outside.
      const refused = isVaultwireError(error);
      response.statusCode = refused ? 403 : 500;
      const { code, message } = refused ? error : { code: 'internal_error', message: 'the server failed' };
      response.end(JSON.stringify({ error: refused ? 'access_denied' : code, result_code: code, message }));
    }
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, serverPublicKey: { id: 1, publicKey: serverKey.publicKey.bytes } };
}
