import { describe, expect, it } from 'vitest';
import { nodeSuite as suite } from 'vaultwire/crypto/node';
import { nobleMlKem, seal, type MlKem } from 'vaultwire/ecies/hybrid';
import { publishedServerKeys } from 'vaultwire/transmission';
import {
  encodeDeviceNotRegistered,
  encodeKeyError,
  encodeRegionRedirect,
  exchangeAccountRequest,
  publishedMlKemKeys,
  type AccountExchange,
  type AccountExchangeOptions,
  type HttpAnswer,
} from 'vaultwire/transmission/account';

const empty: HttpAnswer = { status: 200, body: new Uint8Array(0) };
const refusal = (body: Uint8Array, status = 401): HttpAnswer => ({ status, body });

/** Has a request answered in turn, and shows what the driver did, in order. */
async function drive(
  answers: readonly HttpAnswer[],
  options: Partial<AccountExchangeOptions> = {},
): Promise<{ readonly done: string[]; readonly result: AccountExchange }> {
  const done: string[] = [];
  let attempts = 0;
  const result = await exchangeAccountRequest({
    host: 'keepersecurity.com',
    path: 'login/account_summary',
    serverKeys: publishedServerKeys(),
    payload: Uint8Array.of(1),
    post: (host, path) => {
      done.push(`post ${host} ${path}`);
      return Promise.resolve(answers[attempts++] ?? empty);
    },
    sleep: (milliseconds) => {
      done.push(`sleep ${milliseconds}`);
      return Promise.resolve();
    },
    registerDevice: (host) => {
      done.push(`register ${host}`);
      return Promise.resolve();
    },
    suite,
    ...options,
  });
  return { done, result };
}

const HOME = 'post keepersecurity.com login/account_summary';
const ABROAD = 'post keepersecurity.eu login/account_summary';

describe('the driver of an account request', () => {
  it('posts to the host that it is sent to, and says where the answer came from', async () => {
    const { done, result } = await drive([refusal(encodeRegionRedirect('keepersecurity.eu'))]);
    expect(done).toEqual([HOME, ABROAD]);
    expect(result.host).toBe('keepersecurity.eu');
  });

  it('registers the device with the host that asks for it, before it sends again', async () => {
    const redirect = refusal(encodeRegionRedirect('keepersecurity.eu'));
    const { done } = await drive([redirect, refusal(encodeDeviceNotRegistered())]);
    expect(done).toEqual([HOME, ABROAD, 'register keepersecurity.eu', ABROAD]);
  });

  it('reads the date of a Retry-After against the clock that it is given', async () => {
    const now = Date.UTC(2026, 6, 1, 12, 0, 0);
    const throttled = { ...refusal(new Uint8Array(0), 429), retryAfter: new Date(now + 20_000).toUTCString() };
    // Small numbers, with which the jitter adds nothing.
    const randomBytes = (length: number) => new Uint8Array(length).fill(1);
    const { done } = await drive([throttled], { now: () => now, suite: { ...suite, randomBytes } });
    expect(done).toEqual([HOME, 'sleep 20000', HOME]);
  });

  it('seals with the ML-KEM that it is given, every time', async () => {
    const used: string[] = [];
    const mlKem: MlKem = {
      ...nobleMlKem,
      encapsulate: (publicKey, randomBytes) => {
        used.push(publicKey.parameterSet);
        return nobleMlKem.encapsulate(publicKey, randomBytes);
      },
    };
    const keyError = refusal(encodeKeyError({ serverKeyId: 8, mlKemKeyId: 100 }));
    const { result } = await drive([keyError], { hybrid: { mlKemKeys: publishedMlKemKeys(), seal, mlKem } });
    expect(result.transport).toBe('hybrid');
    expect(used).toEqual(['ML-KEM-1024', 'ML-KEM-768']);
  });
});
