import { comparisonCode, pairingIdentifier, queueNames } from 'vaultwire/pairing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { refused } from '../support/refused.js';

const counting = (start: number) => Uint8Array.from({ length: 32 }, (_, index) => start + index);

// Expected values from Python: hashlib.sha256, uuid.UUID(bytes=...) and int.from_bytes(..., 'big') % 10**6.
describe('the name of a pairing', () => {
  it("is an upper-case UUID of the public key's hash, no bit of it changed", () => {
    expect(pairingIdentifier(new Uint8Array(32))).toBe('66687AAD-F862-BD77-6C8F-C18B8E9F8E20');
    expect(pairingIdentifier(counting(0))).toBe('630DCD29-66C4-3366-9112-5448BBB25B4F');
  });

  it('names the queues', () => {
    expect(queueNames(counting(0))).toEqual({
      toPhone: '630DCD29-66C4-3366-9112-5448BBB25B4F',
      toComputer: '630DCD29-66C4-3366-9112-5448BBB25B4F-responder',
    });
  });

  it('is of a public key and nothing else', async () => {
    for (const length of [0, 31, 33]) {
      await refused('length-invalid', () => pairingIdentifier(new Uint8Array(length)));
      await refused('length-invalid', () => queueNames(new Uint8Array(length)));
    }
  });
});

describe('the comparison code', () => {
  it('is six digits of both public keys, told apart', () => {
    expect(comparisonCode(counting(0), counting(32))).toBe('267 768');
    expect(comparisonCode(counting(32), counting(0))).toBe('561 321');
    expect(comparisonCode(counting(0), counting(1))).toBe('059 750');
  });

  it('always has the same form, and changes with either key', () => {
    const key = fc.uint8Array({ minLength: 32, maxLength: 32 });
    const codes = new Set<string>();
    fc.assert(
      fc.property(key, key, (computer, phone) => {
        const code = comparisonCode(computer, phone);
        expect(code).toMatch(/^\d{3} \d{3}$/);
        codes.add(code);
      }),
      { numRuns: 300 },
    );
    expect(codes.size).toBeGreaterThan(250);
  });

  it('needs two public keys', async () => {
    await refused('length-invalid', () => comparisonCode(new Uint8Array(31), new Uint8Array(32)));
    await refused('length-invalid', () => comparisonCode(new Uint8Array(32), new Uint8Array(33)));
  });
});
