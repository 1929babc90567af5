import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkSeed, EXAMPLE_SEED, readSeedFile, type SeedRecord } from '../../reference/src/seed.js';
import { refused } from '../support/refused.js';
import { SEED, temporaryFolder, testDevice, testServer, tokenOf, uidOf } from './support.js';

const problem = async (seed: unknown): Promise<string> =>
  (await refused('configuration-invalid', () => checkSeed(seed))).message;

const withRecord = (record: object): unknown => ({ applications: [{ title: 'A', records: [record] }] });

describe('a seed', () => {
  it('gets its defaults: one client, type login, editable', async () => {
    const seed = await checkSeed(withRecord({ title: 'R', fields: [{ type: 'password', value: 'x' }] }));
    expect(seed.applications[0]).toMatchObject({
      type: 'app',
      clients: [{ lockIp: false }],
      folders: [],
      records: [{ type: 'login', editable: true, fields: [{ type: 'password', value: ['x'] }], custom: [], files: [] }],
    });
  });

  it('keeps whatever else a field says', async () => {
    const field = { type: 'password', label: 'L', required: true, complexity: { length: 20 }, value: ['a', 'b'] };
    const seed = await checkSeed(withRecord({ title: 'R', fields: [field, { type: 'text' }] }));
    expect((seed.applications[0]?.records[0] as SeedRecord).fields).toEqual([field, { type: 'text', value: [] }]);
  });

  it('names the place of what is wrong', async () => {
    expect(await problem({})).toBe('seed: applications: expected a value for applications');
    expect(await problem({ applications: [] })).toBe('seed: applications: expected at least one application');
    expect(await problem(withRecord({ titel: 'R' }))).toContain('seed: applications[0].records[0]');
    expect(await problem(withRecord({ title: 'R', extra: 1 }))).toBe(
      'seed: applications[0].records[0].extra: unknown key',
    );
    expect(await problem(withRecord({ title: 'R', fields: [{ value: 1 }] }))).toContain(
      'applications[0].records[0].fields[0].type',
    );
    expect(await problem(withRecord({ title: 'R', uid: 'short' }))).toContain('records[0].uid: expected a UID');
    expect(await problem(withRecord({ title: 'R', uid: `-${uidOf('x').slice(1)}` }))).toContain('records[0].uid');
    const clients = [{ accessExpiresIn: '3 weeks' }];
    expect(await problem({ applications: [{ title: 'A', clients }] })).toContain(
      'applications[0].clients[0].accessExpiresIn: expected a duration',
    );
  });

  it('is never quoted in an error', async () => {
    const secret = 'hunter2-is-a-secret';
    for (const seed of [
      secret,
      { applications: secret },
      withRecord({ title: 'R', fields: secret }),
      withRecord({ title: 'R', fields: [{ type: 7, value: secret }] }),
      withRecord({ title: 'R', notes: [secret] }),
      withRecord({ title: 'R', files: [{ name: 'f', base64: `!${secret}` }] }),
      withRecord({ title: 'R', uid: secret }),
    ]) {
      expect(await problem(seed)).not.toContain(secret);
    }
    const folder = await temporaryFolder();
    for (const [name, text] of [
      ['a.yaml', `applications: [\n  {password: "${secret}`],
      ['b.yaml', `applications:\n  - title: A\n  ${secret}: [}`],
      ['c.json', `{"applications": [{"title": "A", "title": "${secret}"}]}`],
    ] as const) {
      await writeFile(join(folder, name), text);
      const error = await refused('configuration-invalid', () => readSeedFile(join(folder, name)));
      expect(error.message).toContain(`${name}:`);
      expect(error.message).not.toContain(secret);
    }
  });

  it('has UIDs that are unique and references that lead somewhere', async () => {
    const uid = uidOf('one');
    const twice = { applications: [{ title: 'A', records: [{ title: 'R', uid }], folders: [{ name: 'F', uid }] }] };
    expect(await problem(twice)).toBe('seed: applications[0].folders[0].uid: this UID stands twice');
    expect(await problem(withRecord({ ref: uid }))).toBe(
      'seed: applications[0].records[0].ref: no record of this seed has this UID',
    );
    const folder = { applications: [{ title: 'A', folders: [{ ref: uid }] }] };
    expect(await problem(folder)).toContain('folders[0].ref: no shared folder of this seed has this UID');
    expect(await problem(withRecord({ title: 'R', links: [{ record: uid }] }))).toContain('links[0].record');
    const titles = { applications: [{ title: 'A' }, { title: 'A' }] };
    expect(await problem(titles)).toBe('seed: applications[1].title: another application has this title');
  });

  it("seals one record of an application with the application's key, which goes nowhere else", async () => {
    const own = { title: 'O', uid: uidOf('own'), sealedWithApplicationKey: true };
    const place = 'sealedWithApplicationKey: ';
    expect(await problem({ applications: [{ title: 'A', records: [own, { ...own, uid: uidOf('two') }] }] })).toContain(
      `${place}an application has one such record at most`,
    );
    expect(await problem({ applications: [{ title: 'A', folders: [{ name: 'F', records: [own] }] }] })).toContain(
      `${place}only a record outside folders`,
    );
    const shared = { title: 'B', records: [{ ref: own.uid }] };
    expect(await problem({ applications: [{ title: 'A', records: [own] }, shared] })).toContain('stays there');
  });

  it('takes files from its text, base64, or other files, relative to its own place', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'content.bin'), Buffer.from([1, 2, 3]));
    const seed = {
      applications: [
        {
          title: 'A',
          records: [
            {
              title: 'R',
              files: [
                { name: 'a', text: 'ä' },
                { name: 'b', base64: 'AQI\nD' },
                { name: 'c', path: 'content.bin', thumbnail: { base64: 'BA==' } },
              ],
            },
          ],
        },
      ],
    };
    await writeFile(join(folder, 'seed.json'), JSON.stringify(seed));
    const record = (await readSeedFile(join(folder, 'seed.json'))).applications[0]?.records[0] as SeedRecord;
    expect(record.files.map(({ content }) => [...content])).toEqual([
      [0xc3, 0xa4],
      [1, 2, 3],
      [1, 2, 3],
    ]);
    expect([...record.files[2]!.thumbnail!]).toEqual([4]);
    const file = (source: object): unknown => withRecord({ title: 'R', files: [{ name: 'f', ...source }] });
    expect(await problem(file({}))).toContain('files[0]: expected exactly one of text, base64 and path');
    expect(await problem(file({ text: 'a', path: 'b' }))).toContain('exactly one');
    expect(await problem(file({ path: join(folder, 'none') }))).toContain('no such file');
    expect(await problem(file({ base64: '%%%' }))).toContain('files[0].base64: expected base64');
  });

  it('names the line of a file', async () => {
    const folder = await temporaryFolder();
    const path = join(folder, 'seed.yaml');
    await writeFile(path, 'applications:\n  - title: A\n    records:\n      - title: R\n        type: 7\n');
    const error = await refused('configuration-invalid', () => readSeedFile(path));
    expect(error.message).toBe(`${path}:5: applications[0].records[0].type: expected string`);
    await refused('configuration-invalid', () => readSeedFile(join(folder, 'none.yaml')));
  });

  it('does not unfold aliases without end', async () => {
    const folder = await temporaryFolder();
    const path = join(folder, 'bomb.yaml');
    const lines = Array.from({ length: 12 }, (_, level) => {
      const below = level === 0 ? 'x' : Array.from({ length: 9 }, () => `*a${level - 1}`).join(', ');
      return `a${level}: &a${level} [${below}]`;
    });
    await writeFile(path, lines.join('\n'));
    await refused('configuration-invalid', () => readSeedFile(path));
  });
});

describe('the example', () => {
  it('is a seed that works', async () => {
    await readSeedFile(EXAMPLE_SEED);
    const server = await testServer({ seed: EXAMPLE_SEED });
    expect(server.tokens.map(({ application, client }) => [application, client])).toEqual([
      ['Payments service', 'production'],
      ['Payments service', 'ci'],
      ['Reporting', undefined],
    ]);
    for (const { token } of server.tokens) {
      const device = await testDevice(server, { token });
      const { failed, records } = await device.getSecrets();
      expect(failed).toEqual([]);
      expect(records.length).toBeGreaterThan(0);
      expect((await device.getFolders()).failed).toEqual([]);
    }
  });
});

describe('the seed of these tests', () => {
  it('shares one folder with two applications', async () => {
    await checkSeed(SEED);
    const server = await testServer();
    const [one, two] = [
      await testDevice(server, { token: tokenOf(server, 'First', 'one') }),
      await testDevice(server, { token: tokenOf(server, 'Second') }),
    ];
    const uids = async (device: typeof one): Promise<string[]> =>
      (await device.getSecrets()).folders.map(({ uid }) => uid);
    expect(await uids(one)).toEqual(expect.arrayContaining(await uids(two)));
  });
});
