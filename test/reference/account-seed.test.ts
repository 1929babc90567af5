import { describe, expect, it } from 'vitest';
import { checkSeed, EXAMPLE_SEED, readSeedFile } from '../../reference/src/seed.js';
import { sealSeed } from '../../reference/src/owner.js';
import { refused } from '../support/refused.js';
import { ACCOUNT_SEED, ACCOUNT_UIDS } from './account-support.js';

const applications = [{ title: 'Any' }];
const account = { username: 'alice@shop.example', masterPassword: 'hunter2-hunter2' };
const problem = async (...accounts: object[]): Promise<string> =>
  (await refused('configuration-invalid', () => checkSeed({ applications, accounts }))).message;

describe('the accounts of a seed', () => {
  it('have defaults', async () => {
    const { accounts } = await checkSeed({ applications, accounts: [account] });
    expect(accounts).toEqual([{ ...account, iterations: 100_000, folders: [], records: [] }]);
    expect((await checkSeed({ applications })).accounts).toEqual([]);
  });

  it('are in the example', async () => {
    const { accounts } = await readSeedFile(EXAMPLE_SEED);
    expect(accounts).toHaveLength(1);
  });

  it('name a password, a count that is allowed, and nothing else', async () => {
    expect(await problem({ username: 'a' })).toContain('accounts[0].masterPassword');
    expect(await problem({ ...account, username: '' })).toContain('accounts[0].username: expected some text');
    expect(await problem({ ...account, username: 'x'.repeat(321) })).toContain('at most 320 characters');
    for (const iterations of [99_999, 10_000_001, 100_000.5]) {
      const said = await problem({ ...account, iterations });
      expect(said).toBe('seed: accounts[0].iterations: expected a whole number from 100000 to 10000000');
    }
    expect(await problem({ ...account, dataKey: 'AAAA' })).toContain('unknown key');
    expect(await problem({ ...account, records: [{ title: 'R', files: [] }] })).toContain('unknown key');
    expect(await problem({ ...account, masterPassword: 7 })).not.toContain('hunter2');
  });

  it('have user names and UIDs of their own', async () => {
    const again = { ...account, username: 'ALICE@shop.example' };
    expect(await problem(account, again)).toBe('seed: accounts[1].username: another account has this user name');
    const record = { title: 'R', uid: ACCOUNT_UIDS.direct };
    const inner = { name: 'I', folders: [{ name: 'J', records: [record] }] };
    const said = await problem({ ...account, records: [record], folders: [inner] });
    expect(said).toBe('seed: accounts[0].folders[0].folders[0].records[0].uid: this UID stands twice');
    const folder = { name: 'F', uid: ACCOUNT_UIDS.direct };
    expect(await problem({ ...account, records: [record], folders: [folder] })).toContain('folders[0].uid');
  });

  it('are sealed by their owner under other keys each time', async () => {
    const seed = await checkSeed(ACCOUNT_SEED);
    const rowsOf = async () => {
      const { rows } = await sealSeed(seed, { now: 0 });
      return rows.flatMap((row) => (row.table === 'accounts' ? [row.value] : []));
    };
    const [one, other] = [await rowsOf(), await rowsOf()];
    const all = [...one, ...other];
    for (const member of ['uid', 'encryptionParams', 'authVerifier', 'publicKey', 'encryptedPrivateKey'] as const) {
      expect(new Set(all.map((row) => Buffer.from(row[member]).toString('hex'))).size).toBe(4);
    }
    // The verifier and the parameters hold keys of one password: under one salt, one would open the other.
    for (const { encryptionParams, authVerifier } of all) {
      expect(Buffer.from(encryptionParams.subarray(4, 20)).equals(authVerifier.subarray(4, 20))).toBe(false);
    }
  });
});
