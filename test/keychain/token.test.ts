import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CryptoSuite } from '../../src/crypto/index.js';
import { nodeSuite } from '../../src/crypto/node.js';
import {
  createOneTimeToken,
  deriveClientId,
  readOneTimeToken,
  type OneTimeToken,
  type TokenServerKey,
} from '../../src/keychain/index.js';
import { assertHost } from '../../src/keychain/token.js';
import { encodeBase64, encodeBase64Url } from '../../src/wire/base64.js';
import { refused } from '../support/refused.js';
import { SUITES } from '../support/suites.js';

const REGIONS = [
  ['US', 'keepersecurity.com'],
  ['EU', 'keepersecurity.eu'],
  ['AU', 'keepersecurity.com.au'],
  ['CA', 'keepersecurity.ca'],
  ['JP', 'keepersecurity.jp'],
  ['GOV', 'govcloud.keepersecurity.us'],
  ['IL5', 'il5.keepersecurity.us'],
] as const;

const secret = nodeSuite.randomBytes(32);
const text = encodeBase64Url(secret);
const point = (await nodeSuite.generateEcPrivateKey()).publicKey.bytes;

/** The client id by the wire note, with nothing of ours. */
const expectedClientId = (bytes: Uint8Array): string =>
  createHmac('sha512', bytes).update('KEEPER_SECRETS_MANAGER_CLIENT_ID').digest('base64');

async function parts(token: OneTimeToken): Promise<{
  host: string;
  clientId: string;
  secret: Uint8Array;
  serverKey: TokenServerKey | undefined;
}> {
  const { host, clientId, serverKey } = token;
  return { host, clientId, secret: await token.clientKey.exportSecretBytes(), serverKey };
}

const expected = (host: string, serverKey?: TokenServerKey): Awaited<ReturnType<typeof parts>> => ({
  host,
  clientId: expectedClientId(secret),
  secret,
  serverKey,
});

describe('reading a one-time token', () => {
  test.each(REGIONS)('of the region %s', async (region, host) => {
    expect(await parts(await readOneTimeToken(`${region}:${text}`))).toEqual(expected(host));
    expect(await parts(await readOneTimeToken(`${region.toLowerCase()}:${text}`))).toEqual(expected(host));
  });

  test('of a host of its own, which goes before the one beside it', async () => {
    expect(await parts(await readOneTimeToken(`Vault.Example:${text}`))).toEqual(expected('vault.example'));
    expect(await parts(await readOneTimeToken(`EU:${text}`, { host: 'vault.example' }))).toEqual(
      expected('keepersecurity.eu'),
    );
  });

  test.each(['vault.example', 'localhost:8443', '127.0.0.1:1', '[::1]:8443'])(
    'a bare one, with %s beside it',
    async (host) => {
      expect(await parts(await readOneTimeToken(text, { host }))).toEqual(expected(host));
    },
  );

  test('in four parts', async () => {
    const serverKey = { id: 42, publicKey: point };
    const four = `IL5:${text}:42:${encodeBase64Url(point)}`;
    expect(await parts(await readOneTimeToken(four))).toEqual(expected('il5.keepersecurity.us', serverKey));
    expect((await readOneTimeToken(four.replace('IL5', 'il5'))).serverKey).toEqual(serverKey);
  });

  test('with white space around it, and in the other alphabet', async () => {
    expect((await readOneTimeToken(` \tUS:${text}\r\n`)).clientId).toBe(expectedClientId(secret));
    const other = new Uint8Array(32).fill(0xff);
    expect((await readOneTimeToken(`US:${encodeBase64(other)}`)).clientId).toBe(expectedClientId(other));
  });

  test.each<[string, string, string]>([
    ['empty', '', 'secret'],
    ['a bare one without a host', text, 'host'],
    ['too short', `US:${encodeBase64Url(new Uint8Array(31))}`, 'secret: expected 32 bytes'],
    ['too long', `US:${encodeBase64Url(new Uint8Array(33))}`, 'secret: expected 32 bytes'],
    ['no base64', `US:${'!'.repeat(43)}`, 'secret: expected base64url'],
    ['no secret', 'US:', 'secret'],
    ['no host', `:${text}`, 'host name'],
    ['a path', `evil.example/x:${text}`, 'host name'],
    ['a user', `user@evil.example:${text}`, 'host name'],
    ['a host that is too long', `${'a'.repeat(254)}:${text}`, 'host name'],
    ['a host with a port, which no reader can tell from three parts', `vault.example:8443:${text}`, 'secret'],
    ['three parts', `IL5:${text}:42`, '1, 2 or 4 parts'],
    ['five parts', `IL5:${text}:42:${encodeBase64Url(point)}:x`, '1, 2 or 4 parts'],
    ['four parts of another region', `US:${text}:42:${encodeBase64Url(point)}`, 'IL5'],
    ['four parts of a host', `vault.example:${text}:42:${encodeBase64Url(point)}`, 'IL5'],
    ['a key id of zero', `IL5:${text}:0:${encodeBase64Url(point)}`, 'server key id'],
    ['a key id with a sign', `IL5:${text}:-1:${encodeBase64Url(point)}`, 'server key id'],
    ['a key id that is too large', `IL5:${text}:1234567890:${encodeBase64Url(point)}`, 'server key id'],
    ['a key id that is no number', `IL5:${text}:x:${encodeBase64Url(point)}`, 'server key id'],
    ['no key id', `IL5:${text}::${encodeBase64Url(point)}`, 'server key id'],
    ['a key that is too short', `IL5:${text}:42:${encodeBase64Url(point.subarray(1))}`, 'server public key'],
    [
      'a key that is no point',
      `IL5:${text}:42:${encodeBase64Url(point.map((byte, index) => byte ^ (index >> 6)))}`,
      'point',
    ],
    ['a key that is no base64', `IL5:${text}:42:!`, 'server public key'],
    ['no key', `IL5:${text}:42:`, 'server public key'],
    ['longer than any', `${' '.repeat(513 - 3 - text.length)}US:${text}`, '512'],
  ])('refuses one: %s', async (_, token, message) => {
    const options = token === '' ? { host: 'vault.example' } : {};
    const error = await refused('token-invalid', () => readOneTimeToken(token, options));
    expect(error.message).toContain('one-time token');
    expect(error.message).toContain(message);
    expect(`${error.message}${String(error.cause)}`).not.toContain(text);
  });

  test.each(['', 'vault.example/x', 'a b', 'vault.example:port'])('refuses a host beside it: %j', async (host) => {
    await refused('token-invalid', () => readOneTimeToken(text, { host }));
  });

  test('reads up to 512 characters', async () => {
    const padded = `${' '.repeat(512 - 3 - text.length)}US:${text}`;
    expect((await readOneTimeToken(padded)).host).toBe('keepersecurity.com');
  });

  test('whatever the text: a token or a refusal', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.oneof(fc.string({ maxLength: 5 }), fc.constantFrom(text, 'IL5', 'US', '7', encodeBase64Url(point))),
          {
            maxLength: 5,
          },
        ),
        async (pieces) => {
          try {
            const token = await readOneTimeToken(pieces.join(':'), { host: 'vault.example' });
            expect(token.clientId).toBe(expectedClientId(await token.clientKey.exportSecretBytes()));
          } catch (error) {
            expect(error).toMatchObject({ name: 'VaultwireError', code: 'token-invalid' });
          }
        },
      ),
    );
  });
});

describe('making a one-time token', () => {
  test.each(REGIONS)('of the region %s', async (region, host) => {
    for (const name of [region, region.toLowerCase(), host, host.toUpperCase()]) {
      const token = await createOneTimeToken({ host: name });
      const written = await token.exportSecretText();
      expect(written).toMatch(new RegExp(`^${region}:[\\w-]{43}$`));
      expect(await parts(await readOneTimeToken(written))).toEqual(await parts(token));
    }
  });

  test('of a host of its own', async () => {
    const token = await createOneTimeToken({ host: 'Vault.example' });
    const written = await token.exportSecretText();
    expect(written).toMatch(/^vault\.example:[\w-]{43}$/);
    expect(await parts(await readOneTimeToken(written))).toEqual(await parts(token));
  });

  test('of a host with a port: bare, as readers split at colons', async () => {
    for (const host of ['localhost:8443', '[::1]:8443']) {
      const token = await createOneTimeToken({ host });
      const written = await token.exportSecretText();
      expect(written).toMatch(/^[\w-]{43}$/);
      expect(await parts(await readOneTimeToken(written, { host }))).toEqual(await parts(token));
    }
  });

  test('with a server key, in four parts', async () => {
    const serverKey = { id: 42, publicKey: new Uint8Array(point) };
    const token = await createOneTimeToken({ host: 'IL5', serverKey });
    serverKey.publicKey.fill(0);
    const written = await token.exportSecretText();
    expect(written).toMatch(/^IL5:[\w-]{43}:42:[\w-]{87}$/);
    const read = await readOneTimeToken(written);
    expect(await parts(read)).toEqual(await parts(token));
    expect(read.serverKey?.publicKey).toEqual(point);
  });

  test('with a server key of another host, which no text carries: it stays readable', async () => {
    const token = await createOneTimeToken({ host: 'vault.example', serverKey: { id: 42, publicKey: point } });
    expect(token.serverKey).toEqual({ id: 42, publicKey: point });
    const read = await readOneTimeToken(await token.exportSecretText());
    expect(await parts(read)).toEqual({ ...(await parts(token)), serverKey: undefined });
  });

  test('every one has another secret', async () => {
    const [one, other] = await Promise.all([1, 2].map(() => createOneTimeToken({ host: 'US' })));
    expect(one?.clientId).not.toBe(other?.clientId);
  });

  test('of a host that is none is refused', async () => {
    await refused('token-invalid', () => createOneTimeToken({ host: 'vault.example/' }));
    await refused('token-invalid', () => createOneTimeToken({ host: '' }));
  });

  test('by the suite that is asked for, and its secret does not stay in memory', async () => {
    const imported: Uint8Array[] = [];
    let hmacs = 0;
    const suite: CryptoSuite = {
      ...nodeSuite,
      hmacSha512: (...inputs) => {
        hmacs++;
        return nodeSuite.hmacSha512(...inputs);
      },
      importAesKey: (bytes, options) => {
        imported.push(bytes);
        return nodeSuite.importAesKey(bytes, options);
      },
    };
    await createOneTimeToken({ host: 'US', suite });
    await readOneTimeToken(`US:${text}`, { suite });
    await deriveClientId(secret, { suite });
    expect(hmacs).toBe(3);
    expect(imported).toEqual([new Uint8Array(32), new Uint8Array(32)]);
  });

  test('in every suite the same', async () => {
    for (const suite of SUITES) {
      const token = await readOneTimeToken(`US:${text}`, { suite });
      expect(await parts(token)).toEqual(expected('keepersecurity.com'));
      const made = await createOneTimeToken({ host: 'US', suite });
      expect(made.clientId).toBe(expectedClientId(await made.clientKey.exportSecretBytes()));
    }
  });
});

describe('a client id', () => {
  test('is the HMAC of the wire note', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 32, maxLength: 32 }), async (bytes) => {
        expect(await deriveClientId(bytes)).toBe(expectedClientId(bytes));
      }),
    );
  });

  test('needs 32 bytes', async () => {
    await refused('length-invalid', () => deriveClientId(new Uint8Array(31)));
    await refused('length-invalid', () => deriveClientId(new Uint8Array(33)));
  });

  test('is of the bytes as they were when asked for', async () => {
    for (const suite of SUITES) {
      const copy = new Uint8Array(secret);
      const deriving = deriveClientId(copy, { suite });
      copy.fill(0);
      expect(await deriving).toBe(expectedClientId(secret));
    }
  });
});

test('a host is checked under the name that it is called by', async () => {
  expect(assertHost('vault.example:1')).toBe('vault.example:1');
  const error = await refused('token-invalid', () => assertHost('a/b', 'configuration.hostname'));
  expect(error.message).toBe('configuration.hostname: expected a host name');
});
