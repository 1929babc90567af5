import { importMlKemPrivateKey, type MlKem, type MlKemParameterSet } from 'vaultwire/ecies/hybrid';
import { expect } from 'vitest';

interface Vector {
  readonly tcId: number;
  readonly comment?: string;
  readonly seed: string;
  readonly ek?: string;
  readonly c: string;
  readonly K: string;
  readonly result: 'valid' | 'invalid';
}
export interface WycheproofFile {
  readonly numberOfTests: number;
  readonly testGroups: readonly { readonly parameterSet: MlKemParameterSet; readonly tests: readonly Vector[] }[];
}

export const hex = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
export const unhex = (text: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(text.match(/../g) ?? [], (digits) => parseInt(digits, 16));

/**
 * Runs every vector: key generation from the seed, decapsulation (implicit rejection included, as those vectors are
 * "valid" with another secret), and refusal of what is not as long as it must be.
 */
export async function runWycheproof(file: WycheproofFile, mlKem?: MlKem): Promise<void> {
  let ran = 0;
  let refused = 0;
  for (const { parameterSet, tests } of file.testGroups) {
    for (const vector of tests) {
      ran++;
      let verdict: string;
      try {
        const key = await importMlKemPrivateKey(parameterSet, unhex(vector.seed), mlKem && { mlKem });
        if (vector.ek !== undefined && vector.ek !== '') expect(hex(key.publicKey.bytes)).toBe(vector.ek);
        verdict = hex(await key.decapsulate(unhex(vector.c)));
      } catch (error) {
        expect(error).toMatchObject({ name: 'VaultwireError', code: 'length-invalid' });
        verdict = 'invalid';
        refused++;
      }
      expect(`${vector.tcId}: ${verdict}`).toBe(`${vector.tcId}: ${vector.result === 'valid' ? vector.K : 'invalid'}`);
    }
  }
  expect(ran).toBe(file.numberOfTests);
  expect(refused).toBe(40);
}
