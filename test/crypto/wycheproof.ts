import { describe, expect, it } from 'vitest';
import { nobleSuite } from '../../src/crypto/noble.js';
import type { CryptoSuite } from '../../src/crypto/suite.js';
import { isVaultwireError } from '../../src/wire/error.js';
import { scripted } from './contract.js';
import { fromHex, join, toHex } from './hex.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** Where the browser project finds the files. */
    readonly wycheproofDirectory: string;
  }
}

/*
 * Project Wycheproof's vectors (https://github.com/C2SP/wycheproof) against a suite. Every vector of a file is run, and
 * what happens is compared with the file's verdict; vectors that a suite has no entry for (AES keys of 128 and 192
 * bits, GCM nonces of other lengths than 12) must be refused for that reason, and are counted.
 */

/** The files that are read, without `_test.json`. */
const FILES = [
  'ecdsa_secp256r1_sha256',
  'ecdh_secp256r1_ecpoint',
  'aes_gcm',
  'aes_cbc_pkcs5',
  'hkdf_sha256',
  'hmac_sha512',
  'pbkdf2_hmacsha256',
  'pbkdf2_hmacsha512',
] as const;

type Name = (typeof FILES)[number];

type Vector = Readonly<Record<string, string | number | readonly string[]>> & {
  readonly tcId: number;
  readonly comment: string;
  readonly flags: readonly string[];
  readonly result: 'valid' | 'invalid' | 'acceptable';
};

type Group = Readonly<Record<string, unknown>> & { readonly tests: readonly Vector[] };

interface File {
  readonly numberOfTests: number;
  readonly testGroups: readonly Group[];
}

/** Where a file says that implementations may differ, what ours does and why. */
const CHOICES: Readonly<Record<string, { readonly result: 'valid' | 'invalid'; readonly reason: string }>> = {
  'ecdh_secp256r1_ecpoint 2': {
    result: 'invalid',
    reason: 'A compressed point is a second encoding of the same key, and nobody on this wire sends it.',
  },
};

/** What happened to a vector: it was taken, refused, or is none that the suites are for. */
type Outcome = 'valid' | 'invalid' | 'out of scope';

const hex = (vector: Vector, field: string): Uint8Array => fromHex(vector[field] as string);

/** Valid when the call gives these bytes, invalid when it refuses; other bytes fail the vector at once. */
async function outcomeOf(call: () => Promise<Uint8Array>, expected: Uint8Array): Promise<Outcome> {
  let found: Uint8Array;
  try {
    found = await call();
  } catch (error) {
    if (isVaultwireError(error)) return 'invalid';
    throw error;
  }
  return toHex(found) === toHex(expected) ? 'valid' : 'invalid';
}

/** A vector whose key no suite takes must be refused by its length. */
async function refusedLength(call: () => Promise<unknown>): Promise<Outcome> {
  try {
    await call();
  } catch (error) {
    if (isVaultwireError(error) && error.code === 'length-invalid') return 'out of scope';
    throw error;
  }
  throw new Error('a key of this length should have been refused');
}

/** One suite against one vector. `prepare` does what a group shares. */
type Runner = (suite: CryptoSuite, group: Group) => (vector: Vector) => Promise<Outcome>;

const RUNNERS: Readonly<Record<Name, Runner>> = {
  ecdsa_secp256r1_sha256: (suite, group) => {
    const { uncompressed } = group.publicKey as { readonly uncompressed: string };
    const importing = suite.importVerifyingKey(fromHex(uncompressed));
    return async (vector) => {
      const key = await importing;
      return (await key.verify(hex(vector, 'msg'), hex(vector, 'sig'))) ? 'valid' : 'invalid';
    };
  },

  ecdh_secp256r1_ecpoint: (suite) => async (vector) => {
    // Numbers in this file have as many bytes as they need, and one more for their sign.
    const privateKey = join(new Uint8Array(32), hex(vector, 'private')).slice(-32);
    // The public half is not in the file, and WebCrypto cannot do without: the reference suite computes it.
    const { publicKey } = await nobleSuite.importEcPrivateKey({ privateKey });
    const key = await suite.importEcPrivateKey({ privateKey, publicKey: publicKey.bytes });
    return outcomeOf(
      async () => key.sharedSecret(await suite.importEcPublicKey(hex(vector, 'public'))),
      hex(vector, 'shared'),
    );
  },

  aes_gcm: (suite, group) => async (vector) => {
    const nonce = hex(vector, 'iv');
    if (group.keySize !== 256) return refusedLength(() => suite.importAesKey(hex(vector, 'key')));
    const key = await scripted(suite, toHex(nonce)).importAesKey(hex(vector, 'key'));
    // A nonce of another length cannot even be drawn.
    if (group.ivSize !== 96) return refusedLength(() => key.seal(hex(vector, 'msg'), hex(vector, 'aad')));
    expect(group.tagSize).toBe(128);
    const sealed = join(nonce, hex(vector, 'ct'), hex(vector, 'tag'));
    const opened = await outcomeOf(() => key.open(sealed, hex(vector, 'aad')), hex(vector, 'msg'));
    const made = toHex(await key.seal(hex(vector, 'msg'), hex(vector, 'aad'))) === toHex(sealed);
    expect(made).toBe(opened === 'valid');
    return opened;
  },

  aes_cbc_pkcs5: (suite, group) => async (vector) => {
    if (group.keySize !== 256) return refusedLength(() => suite.importAesCbcKey(hex(vector, 'key')));
    const iv = hex(vector, 'iv');
    const key = await scripted(suite, toHex(iv)).importAesCbcKey(hex(vector, 'key'));
    const sealed = join(iv, hex(vector, 'ct'));
    const opened = await outcomeOf(() => key.open(sealed), hex(vector, 'msg'));
    const made = toHex(await key.seal(hex(vector, 'msg'))) === toHex(sealed);
    expect(made).toBe(opened === 'valid');
    return opened;
  },

  hkdf_sha256: (suite) => (vector) =>
    outcomeOf(
      () => suite.hkdfSha256(hex(vector, 'ikm'), hex(vector, 'salt'), hex(vector, 'info'), vector.size as number),
      hex(vector, 'okm'),
    ),

  hmac_sha512: (suite, group) => (vector) =>
    outcomeOf(
      // Groups with shorter tags hold the first bytes of the full one.
      async () =>
        (await suite.hmacSha512(hex(vector, 'key'), hex(vector, 'msg'))).subarray(0, (group.tagSize as number) / 8),
      hex(vector, 'tag'),
    ),

  pbkdf2_hmacsha256: (suite) => (vector) => pbkdf2(suite, 'SHA-256', vector),
  pbkdf2_hmacsha512: (suite) => (vector) => pbkdf2(suite, 'SHA-512', vector),
};

function pbkdf2(suite: CryptoSuite, hash: 'SHA-256' | 'SHA-512', vector: Vector): Promise<Outcome> {
  const { iterationCount, dkLen } = vector as unknown as { readonly iterationCount: number; readonly dkLen: number };
  return outcomeOf(
    () => suite.pbkdf2(hash, hex(vector, 'password'), hex(vector, 'salt'), iterationCount, dkLen),
    hex(vector, 'dk'),
  );
}

/** How many vectors of each file no suite is for: the rest of the file must match its verdicts. */
const OUT_OF_SCOPE: Readonly<Partial<Record<Name, number>>> = { aes_gcm: 250, aes_cbc_pkcs5: 144 };

/** Stands in for the tests where the files are not, and says so in one line. */
export function skipWycheproof(directory: string): void {
  const line = `Wycheproof skipped: no files in ${directory}; set WYCHEPROOF_DIR to where they are`;
  console.info(line);
  it.skip(line, () => undefined);
}

/** Runs every file against every suite. @param read the text of a file by its name */
export function describeWycheproof(suites: readonly CryptoSuite[], read: (name: string) => Promise<string>): void {
  describe.each(suites)('Wycheproof, suite $name', (suite) => {
    it.each(FILES)('%s', { timeout: 120_000 }, async (name) => {
      const file = JSON.parse(await read(`${name}_test.json`)) as File;
      const wrong: string[] = [];
      let run = 0;
      let outOfScope = 0;
      for (const group of file.testGroups) {
        const outcomeOfVector = RUNNERS[name](suite, group);
        for (const vector of group.tests) {
          const outcome = await outcomeOfVector(vector);
          const choice = CHOICES[`${name} ${vector.tcId}`];
          const expected = vector.result === 'acceptable' ? choice?.result : vector.result;
          run++;
          if (outcome === 'out of scope') outOfScope++;
          else if (outcome !== expected) {
            wrong.push(`${vector.tcId} (${vector.comment}): ${vector.result}, but found ${outcome}`);
          }
        }
      }
      expect(wrong).toEqual([]);
      expect(run).toBe(file.numberOfTests);
      expect(outOfScope).toBe(OUT_OF_SCOPE[name] ?? 0);
    });
  });
}
