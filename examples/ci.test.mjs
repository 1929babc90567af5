import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { memoryConfigurationStore, openDevice } from 'vaultwire/keychain';
import { startServer, trustingFetch } from 'vaultwire-cli';
import { customServerKey } from 'vaultwire/transmission';

// A backend of its own for each run: no account, no network, nothing left behind.
let backend;
before(async () => {
  backend = await startServer({
    seed: {
      applications: [{ title: 'CI', clients: [{}], records: [{ title: 'Database', type: 'login', fields: [] }] }],
    },
  });
});
after(() => backend.close());

test('the application finds its database record', async () => {
  const device = await openDevice({
    store: memoryConfigurationStore(),
    token: backend.tokens[0].token,
    host: `${backend.host}:${backend.port}`,
    serverKeys: customServerKey({
      id: backend.serverPublicKeyId,
      publicKey: Buffer.from(backend.serverPublicKey, 'base64url'),
    }),
    fetch: trustingFetch(backend.certificate),
  });
  const { records } = await device.getSecrets();
  assert.deepEqual(
    records.map(({ data }) => data.title),
    ['Database'],
  );
});
