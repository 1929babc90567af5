import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { SessionToken } from 'vaultwire/transmission/account';

const BYTES = Uint8Array.from({ length: 48 }, (_, index) => index + 1);
const token = new SessionToken(BYTES);

describe('a session token', () => {
  it('prints as its kind, by itself and in what holds it', () => {
    const request = { sessionToken: token };
    expect([String(token), inspect(token), JSON.stringify(token)]).toEqual([
      '[SessionToken]',
      '[SessionToken]',
      '"[SessionToken]"',
    ]);
    expect(inspect(request)).toBe('{ sessionToken: [SessionToken] }');
    expect(JSON.stringify(request)).toBe('{"sessionToken":"[SessionToken]"}');
    expect(Object.prototype.toString.call(token)).toBe('[object SessionToken]');
    expect(Reflect.ownKeys(token)).toEqual([]);
  });

  it('is its own: neither what it was made of nor what it gave changes it', () => {
    const source = BYTES.slice();
    const made = new SessionToken(source);
    source.fill(0);
    made.exportSecretBytes().fill(0);
    expect(made.exportSecretBytes()).toEqual(BYTES);
    expect(new SessionToken(Buffer.from(BYTES)).exportSecretBytes()).toEqual(BYTES);
  });

  it('equals the same token, as an object and as bytes, and no other', () => {
    const others = [BYTES.subarray(1), BYTES.subarray(0, 47), Uint8Array.of(...BYTES, 0), new Uint8Array(48)];
    for (const same of [token, new SessionToken(BYTES), BYTES, Buffer.from(BYTES)])
      expect(token.equals(same)).toBe(true);
    for (const other of others) {
      expect(token.equals(other)).toBe(false);
      expect(token.equals(new SessionToken(other))).toBe(false);
    }
    for (let place = 0; place < BYTES.length; place++) {
      const changed = BYTES.map((byte, index) => (index === place ? byte ^ 128 : byte));
      expect(token.equals(changed), `byte ${place}`).toBe(false);
    }
    expect(token.equals(new Uint8Array(0))).toBe(false);
  });

  it('is refused where it is empty, or no bytes', () => {
    expect(() => new SessionToken(new Uint8Array(0))).toThrow(expect.objectContaining({ code: 'length-invalid' }));
    const refused = { code: 'argument-invalid' };
    for (const wrong of ['abcd', [...BYTES], new DataView(BYTES.slice().buffer), undefined, { length: 4 }]) {
      expect(() => new SessionToken(wrong as never)).toThrow(expect.objectContaining(refused));
      expect(() => token.equals(wrong as never)).toThrow(expect.objectContaining(refused));
    }
  });
});
