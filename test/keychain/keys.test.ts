import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { AesKey, CryptoSuite } from '../../src/crypto/index.js';
import { nodeSuite } from '../../src/crypto/node.js';
import { seal as sealEcies } from '../../src/ecies/index.js';
import {
  ApplicationKey,
  ClientKey,
  FileKey,
  FolderKey,
  generateApplicationKey,
  generateFileKey,
  generateFolderKey,
  generateRecordKey,
  importApplicationKey,
  openOwnerFileKey,
  openOwnerRecordKey,
  RecordKey,
} from '../../src/keychain/index.js';
import { concatBytes, encodeUtf8, type Bytes } from '../../src/wire/bytes.js';
import type { JsonObject } from '../../src/wire/json.js';
import { refused } from '../support/refused.js';
import { remoteAesKey, remoteEcPrivateKey } from '../support/remote-keys.js';
import { SUITES } from '../support/suites.js';
import { jsonValues } from '../support/json-values.js';

const bytesOf = (key: { exportSecretBytes(): Promise<Bytes> }): Promise<Bytes> => key.exportSecretBytes();
const extractable = { extractable: true };
const data: JsonObject = { title: 'Grüße', fields: [{ type: 'login', value: ['a'] }] };
const owner = await nodeSuite.generateEcPrivateKey();
const raw = (): Promise<AesKey> => nodeSuite.importAesKey(nodeSuite.randomBytes(32), extractable);
const clientKey = async (): Promise<ClientKey> => new ClientKey(await raw());

for (const suite of SUITES) {
  describe(`the key hierarchy on ${suite.name}`, () => {
    const options = { suite, extractable: true };

    test('every wrap unwraps to the same key', async () => {
      const application = await generateApplicationKey({ suite });
      const folder = await generateFolderKey({ suite });
      const inner = await generateFolderKey({ suite });
      const record = await generateRecordKey({ suite });
      const file = await generateFileKey({ suite });
      const client = new ClientKey(await suite.importAesKey(suite.randomBytes(32)));

      for (const [wrapped, unwrap, original] of [
        [
          await client.wrapApplicationKey(application),
          (w: Bytes) => client.unwrapApplicationKey(w, options),
          application,
        ],
        [await application.wrapFolderKey(folder), (w: Bytes) => application.unwrapFolderKey(w, options), folder],
        [await application.wrapRecordKey(record), (w: Bytes) => application.unwrapRecordKey(w, options), record],
        [await folder.wrapRecordKey(record), (w: Bytes) => folder.unwrapRecordKey(w, options), record],
        [await record.wrapFileKey(file), (w: Bytes) => record.unwrapFileKey(w, options), file],
      ] as const) {
        expect(wrapped.length).toBe(60);
        const key = await unwrap(wrapped);
        expect(key.constructor).toBe(original.constructor);
        expect(await bytesOf(key)).toEqual(await bytesOf(original));
      }
      const wrapped = await folder.wrapFolderKey(inner);
      expect(wrapped.length).toBe(16 + 48);
      expect(await bytesOf(await folder.unwrapFolderKey(wrapped, options))).toEqual(await bytesOf(inner));
    });

    test('what is sealed opens under the key that came out of its wrap', async () => {
      const application = await generateApplicationKey({ suite });
      expect(await application.openData(await application.sealData(data))).toEqual(data);
      const folder = await application.unwrapFolderKey(
        await application.wrapFolderKey(await generateFolderKey({ suite })),
        { suite },
      );
      expect(await folder.openData(await folder.sealData(data))).toEqual(data);
      const record = await folder.unwrapRecordKey(await folder.wrapRecordKey(await generateRecordKey({ suite })), {
        suite,
      });
      expect(await record.openData(await record.sealData(data))).toEqual(data);
      const file = await record.unwrapFileKey(await record.wrapFileKey(await generateFileKey({ suite })), { suite });
      expect(await file.openDescription(await file.sealDescription(data))).toEqual(data);
      const content = suite.randomBytes(1000);
      const sealed = await file.sealContent(content);
      expect(sealed.length).toBe(1028);
      expect(await file.openContent(sealed)).toEqual(content);
    });

    test("keys wrapped to the application's owner open there", async () => {
      const record = await generateRecordKey({ suite });
      const file = await generateFileKey({ suite });
      for (const recipient of [owner.publicKey, owner.publicKey.bytes]) {
        const wrapped = await record.wrapTo(recipient, { suite });
        expect(wrapped.length).toBe(125);
        const opened = await openOwnerRecordKey(owner, wrapped, options);
        expect(opened).toBeInstanceOf(RecordKey);
        expect(await bytesOf(opened)).toEqual(await bytesOf(record));
        const openedFile = await openOwnerFileKey(owner, await file.wrapTo(recipient, { suite }), options);
        expect(openedFile).toBeInstanceOf(FileKey);
        expect(await bytesOf(openedFile)).toEqual(await bytesOf(file));
      }
    });

    test('bytes come out only where they were asked for', async () => {
      const application = await generateApplicationKey({ suite });
      const record = await generateRecordKey({ suite });
      const folder = await generateFolderKey({ suite });
      const file = await generateFileKey({ suite });
      for (const made of [application, record, folder, file]) expect((await bytesOf(made)).length).toBe(32);
      const inside = [
        await application.unwrapRecordKey(await application.wrapRecordKey(record), { suite }),
        await application.unwrapFolderKey(await application.wrapFolderKey(folder), { suite }),
        await folder.unwrapFolderKey(await folder.wrapFolderKey(folder), { suite }),
        await record.unwrapFileKey(await record.wrapFileKey(file), { suite }),
        await openOwnerRecordKey(owner, await record.wrapTo(owner.publicKey), { suite }),
        await importApplicationKey(await bytesOf(application), { suite }),
      ];
      for (const key of inside) await refused('key-not-extractable', () => bytesOf(key));
    });

    test('buffers may be overwritten as soon as the call returned', async () => {
      const record = await generateRecordKey({ suite });
      const file = await generateFileKey({ suite });
      const folder = await generateFolderKey({ suite });
      const application = await generateApplicationKey({ suite });
      const client = new ClientKey(await suite.importAesKey(suite.randomBytes(32)));
      const overwritten = async <T>(input: Bytes, use: (bytes: Bytes) => Promise<T>): Promise<T> => {
        const copy = new Uint8Array(input);
        const result = use(copy);
        copy.fill(0xff);
        return result;
      };
      const keys: [{ exportSecretBytes(): Promise<Bytes> }, { exportSecretBytes(): Promise<Bytes> }][] = [
        [
          await overwritten(await client.wrapApplicationKey(application), (b) =>
            client.unwrapApplicationKey(b, options),
          ),
          application,
        ],
        [
          await overwritten(await application.wrapRecordKey(record), (b) => application.unwrapRecordKey(b, options)),
          record,
        ],
        [
          await overwritten(await application.wrapFolderKey(folder), (b) => application.unwrapFolderKey(b, options)),
          folder,
        ],
        [await overwritten(await folder.wrapFolderKey(folder), (b) => folder.unwrapFolderKey(b, options)), folder],
        [await overwritten(await record.wrapFileKey(file), (b) => record.unwrapFileKey(b, options)), file],
        [await overwritten(await bytesOf(application), (b) => importApplicationKey(b, options)), application],
        [
          await openOwnerRecordKey(
            owner,
            await overwritten(owner.publicKey.bytes, (b) => record.wrapTo(b, { suite })),
            options,
          ),
          record,
        ],
        [await overwritten(await record.wrapTo(owner.publicKey), (b) => openOwnerRecordKey(owner, b, options)), record],
      ];
      for (const [key, original] of keys) expect(await bytesOf(key)).toEqual(await bytesOf(original));
      const content = suite.randomBytes(100);
      const sealed = await overwritten(content, (b) => file.sealContent(b));
      expect(await overwritten(sealed, (b) => file.openContent(b))).toEqual(content);
      expect(await overwritten(await record.sealData(data), (b) => record.openData(b))).toEqual(data);
      expect(await overwritten(await folder.sealData(data), (b) => folder.openData(b))).toEqual(data);
    });
  });
}

describe('a key of the hierarchy', () => {
  test('is a fresh one every time', async () => {
    for (const generate of [generateApplicationKey, generateFolderKey, generateRecordKey, generateFileKey]) {
      const [one, other] = [await bytesOf(await generate()), await bytesOf(await generate())];
      expect(one).not.toEqual(other);
    }
  });

  test('is made by the suite that is asked for, and its bytes do not stay in memory', async () => {
    const imported: Uint8Array[] = [];
    const suite: CryptoSuite = {
      ...nodeSuite,
      importAesKey: (bytes, options) => {
        imported.push(bytes);
        return nodeSuite.importAesKey(bytes, options);
      },
      importAesCbcKey: (bytes, options) => {
        imported.push(bytes);
        return nodeSuite.importAesCbcKey(bytes, options);
      },
    };
    /** How many keys were imported from buffers of ours, every one of which is empty by now. */
    const cleared = async (action: () => Promise<unknown>): Promise<number> => {
      imported.length = 0;
      await action();
      for (const bytes of imported) expect(bytes).toEqual(new Uint8Array(32));
      return imported.length;
    };
    const options = { suite };
    const [application, folder, record, file] = [
      await generateApplicationKey(),
      await generateFolderKey(),
      await generateRecordKey(),
      await generateFileKey(),
    ];
    const remote = new ApplicationKey(remoteAesKey(await nodeSuite.importAesKey(await bytesOf(application))));
    const wrappedRecord = await application.wrapRecordKey(record);
    const wrappedFolder = await application.wrapFolderKey(folder);
    const inner = await folder.wrapFolderKey(folder);
    const ownedRecord = await record.wrapTo(owner.publicKey);
    const ownedFile = await file.wrapTo(owner.publicKey);
    expect(await cleared(() => generateApplicationKey(options))).toBe(1);
    expect(await cleared(() => generateRecordKey(options))).toBe(1);
    expect(await cleared(() => generateFileKey(options))).toBe(1);
    expect(await cleared(() => generateFolderKey(options))).toBe(2);
    expect(await cleared(() => remote.unwrapRecordKey(wrappedRecord, options))).toBe(1);
    expect(await cleared(() => remote.unwrapFolderKey(wrappedFolder, options))).toBe(2);
    expect(await cleared(() => folder.unwrapFolderKey(inner, options))).toBe(2);
    // With the message key of ECIES.
    expect(await cleared(() => openOwnerRecordKey(owner, ownedRecord, options))).toBe(2);
    expect(await cleared(() => openOwnerFileKey(owner, ownedFile, options))).toBe(2);
    // What the caller brings is the caller's to clear.
    const bytes = new Uint8Array(32).fill(1);
    imported.length = 0;
    await importApplicationKey(bytes, options);
    expect(imported).toEqual([new Uint8Array(32).fill(1)]);
  });

  test('what unwraps to another length does not stay in memory', async () => {
    const opened = new Uint8Array(31).fill(1);
    const key = { seal: () => Promise.resolve(new Uint8Array(0)), open: () => Promise.resolve(opened) };
    await refused('open-failed', () => new ApplicationKey(key).unwrapRecordKey(new Uint8Array(59)));
    expect(opened).toEqual(new Uint8Array(31));
  });

  test('a generator that returns too little is refused', async () => {
    const suite = { ...nodeSuite, randomBytes: (length: number) => nodeSuite.randomBytes(length - 1) };
    for (const generate of [generateApplicationKey, generateFolderKey, generateRecordKey, generateFileKey]) {
      await refused('length-invalid', () => generate({ suite }));
    }
  });

  test('seals any document so that it opens', async () => {
    const [application, folder, record, file] = [
      await generateApplicationKey(),
      await generateFolderKey(),
      await generateRecordKey(),
      await generateFileKey(),
    ];
    await fc.assert(
      fc.asyncProperty(
        fc.dictionary(
          fc.string().filter((key) => key !== '__proto__'),
          jsonValues(),
        ),
        async (value) => {
          const document = JSON.parse(JSON.stringify(value)) as JsonObject;
          expect(await application.openData(await application.sealData(document))).toEqual(document);
          expect(await folder.openData(await folder.sealData(document))).toEqual(document);
          expect(await record.openData(await record.sealData(document))).toEqual(document);
          expect(await file.openDescription(await file.sealDescription(document))).toEqual(document);
        },
      ),
    );
  });

  test('a flipped bit is refused wherever the cipher authenticates', async () => {
    const application = await generateApplicationKey();
    const record = await generateRecordKey();
    const wrapped = await application.wrapRecordKey(record);
    const sealed = await record.sealData(data);
    for (const [message, open] of [
      [wrapped, (bytes: Bytes) => application.unwrapRecordKey(bytes)],
      [wrapped, (bytes: Bytes) => application.unwrapFolderKey(bytes)],
      [sealed, (bytes: Bytes) => record.openData(bytes)],
    ] as const) {
      for (let at = 0; at < message.length; at++) {
        const flipped = new Uint8Array(message);
        flipped[at] = (flipped[at] ?? 0) ^ 0x80;
        await refused('open-failed', () => open(flipped));
      }
    }
  });

  test("another's does not open", async () => {
    const [one, other] = [await generateRecordKey(), await generateRecordKey()];
    const sealed = await one.sealData(data);
    await refused('open-failed', () => other.openData(sealed));
    const wrapped = await one.wrapTo(owner.publicKey);
    const stranger = await nodeSuite.generateEcPrivateKey();
    await refused('open-failed', () => openOwnerRecordKey(stranger, wrapped));
  });

  test('what was wrapped must be a key of 32 bytes', async () => {
    const bare = await raw();
    const remote = remoteAesKey(bare);
    for (const length of [0, 16, 31, 33, 64]) {
      const wrapped = await bare.seal(new Uint8Array(length));
      // Where the suite unwraps itself, it counts before it opens.
      await refused('length-invalid', () => new ApplicationKey(bare).unwrapRecordKey(wrapped));
      await refused('open-failed', () => new ApplicationKey(remote).unwrapRecordKey(wrapped));
      await refused('open-failed', () => new ApplicationKey(bare).unwrapFolderKey(wrapped));
      const forOwner = await sealEcies(owner.publicKey, new Uint8Array(length));
      const error = await refused('length-invalid', () => openOwnerRecordKey(owner, forOwner));
      expect(error.message).toContain('wrapped key');
      await refused('length-invalid', () => openOwnerFileKey(owner, forOwner));
    }
    const error = await refused('length-invalid', () => importApplicationKey(new Uint8Array(31)));
    expect(error.message).toContain('application key');
    expect(await importApplicationKey(new Uint8Array(32))).toBeInstanceOf(ApplicationKey);
    await refused('argument-invalid', () => importApplicationKey('x'.repeat(32) as unknown as Uint8Array));
  });

  test('a document must be a JSON object, of no more than 16 MiB and 64 levels', async () => {
    const bare = await raw();
    const record = new RecordKey(bare);
    const sealed = (text: string): Promise<Bytes> => bare.seal(encodeUtf8(text));
    await refused('json-invalid', async () => record.openData(await sealed('[]')));
    await refused('json-invalid', async () => record.openData(await sealed('title')));
    await refused('json-duplicate-key', async () => record.openData(await sealed('{"a":1,"a":2}')));
    await refused('json-too-deep', async () =>
      record.openData(await sealed(`{"a":${'['.repeat(64)}${']'.repeat(64)}}`)),
    );
    expect(await record.openData(await sealed(`{"a":${'['.repeat(63)}${']'.repeat(63)}}`))).toHaveProperty('a');
    await refused('utf8-invalid', async () => record.openData(await bare.seal(Uint8Array.of(0x7b, 0xff, 0x7d))));
    const large = `{"a":"${'x'.repeat(16 * 1024 * 1024 - 8)}"}`;
    expect(await record.openData(await sealed(large))).toHaveProperty('a');
    await refused('message-too-long', async () => record.openData(await sealed(large.replace('"a"', '"ab"'))));
    const name = async (open: (bytes: Bytes) => Promise<unknown>): Promise<string> =>
      (await refused('json-invalid', async () => open(await sealed('[]')))).message;
    const file = new FileKey(bare);
    const application = new ApplicationKey(bare);
    expect(await name((bytes) => record.openData(bytes))).toContain('record data');
    expect(await name((bytes) => file.openDescription(bytes))).toContain('file description');
    expect(await name((bytes) => application.openData(bytes))).toContain('application data');
  });

  test('under AES-CBC every failure is the same', async () => {
    const bytes = nodeSuite.randomBytes(32);
    const cbc = await nodeSuite.importAesCbcKey(bytes);
    const folder = new FolderKey({ records: await nodeSuite.importAesKey(bytes), folders: cbc });
    const wrapped = await cbc.seal(nodeSuite.randomBytes(32));
    const document = await cbc.seal(encodeUtf8('{"name":"a"}'));
    const cut = (message: Bytes, at: number): Bytes => message.slice(0, at);
    const flipped = (message: Bytes, at: number): Bytes => {
      const copy = new Uint8Array(message);
      copy[at] = (copy[at] ?? 0) ^ 0xff;
      return copy;
    };
    const keys = [
      new Uint8Array(0),
      cut(wrapped, 15),
      cut(wrapped, 16),
      cut(wrapped, 33),
      cut(wrapped, 48),
      flipped(wrapped, 47),
      concatBytes(wrapped, new Uint8Array(16)),
      await cbc.seal(new Uint8Array(0)),
      await cbc.seal(new Uint8Array(31)),
      await cbc.seal(new Uint8Array(33)),
      await cbc.seal(new Uint8Array(64)),
    ];
    const errors = new Set<string>();
    for (const message of keys) {
      const error = await refused('open-failed', () => folder.unwrapFolderKey(message));
      errors.add(error.message);
      expect(error.cause).toBeUndefined();
    }
    expect([...errors]).toEqual(['wrapped folder key: does not open']);
    const documents = [
      new Uint8Array(0),
      cut(document, 17),
      flipped(document, 15),
      await cbc.seal(encodeUtf8('[]')),
      await cbc.seal(encodeUtf8('{"name":"a","name":"b"}')),
      await cbc.seal(Uint8Array.of(0xff)),
      await cbc.seal(new Uint8Array(0)),
    ];
    errors.clear();
    for (const message of documents) {
      const error = await refused('open-failed', () => folder.openData(message));
      errors.add(error.message);
      expect(error.cause).toBeUndefined();
    }
    expect([...errors]).toEqual(['folder data: does not open']);
  });

  test('AES-GCM does not open what AES-CBC sealed with the same bytes, nor the other way round', async () => {
    const folder = await generateFolderKey();
    const record = await generateRecordKey();
    const wrappedFolder = await folder.wrapFolderKey(folder);
    const wrappedRecord = await folder.wrapRecordKey(record);
    await expect(folder.unwrapRecordKey(wrappedFolder)).rejects.toMatchObject({ name: 'VaultwireError' });
    await refused('open-failed', () => folder.unwrapFolderKey(wrappedRecord));
  });

  test('the own record of an application is under the application’s key itself', async () => {
    const application = await generateApplicationKey();
    const record = application.ownRecordKey();
    expect(record).toBeInstanceOf(RecordKey);
    expect(await bytesOf(record)).toEqual(await bytesOf(application));
    expect(await record.openData(await application.sealData(data))).toEqual(data);
  });
});

describe('remote keys', () => {
  test('an AES key of the caller, with nothing but seal and open, stands in every place', async () => {
    const bare = await raw();
    const remote = remoteAesKey(bare);
    const application = new ApplicationKey(remote);
    const record = await generateRecordKey();
    const folder = await generateFolderKey();
    const file = await generateFileKey();
    const child = await application.unwrapRecordKey(await application.wrapRecordKey(record), extractable);
    expect(await bytesOf(child)).toEqual(await bytesOf(record));
    const opened = await application.unwrapFolderKey(await application.wrapFolderKey(folder), extractable);
    expect(await bytesOf(opened)).toEqual(await bytesOf(folder));
    expect(await application.openData(await application.sealData(data))).toEqual(data);
    const client = new ClientKey(remoteAesKey(await raw()));
    const unwrapped = await client.unwrapApplicationKey(
      await client.wrapApplicationKey(new ApplicationKey(bare)),
      extractable,
    );
    expect(await bytesOf(unwrapped)).toEqual(await bytesOf(new ApplicationKey(bare)));
    const remoteRecord = new RecordKey(remote);
    expect(await bytesOf(await remoteRecord.unwrapFileKey(await remoteRecord.wrapFileKey(file), extractable))).toEqual(
      await bytesOf(file),
    );
    const remoteFile = new FileKey(remote);
    expect(await remoteFile.openContent(await remoteFile.sealContent(Uint8Array.of(1)))).toEqual(Uint8Array.of(1));
    const cbc = await nodeSuite.importAesCbcKey(nodeSuite.randomBytes(32));
    const remoteFolder = new FolderKey({
      records: remote,
      folders: { seal: (bytes) => cbc.seal(bytes), open: (bytes) => cbc.open(bytes) },
    });
    const inner = await remoteFolder.unwrapFolderKey(await remoteFolder.wrapFolderKey(folder), extractable);
    expect(await bytesOf(inner)).toEqual(await bytesOf(folder));
    expect(
      await bytesOf(await remoteFolder.unwrapRecordKey(await remoteFolder.wrapRecordKey(record), extractable)),
    ).toEqual(await bytesOf(record));
  });

  test('their bytes cannot be taken out, wrapped or sent to an owner', async () => {
    const remote = remoteAesKey(await raw());
    const application = new ApplicationKey(remote);
    const record = await generateRecordKey();
    const folder = await generateFolderKey();
    const client = await clientKey();
    await refused('key-not-extractable', () => application.exportSecretBytes());
    await refused('key-not-extractable', () => client.wrapApplicationKey(application));
    await refused('key-not-extractable', () => folder.wrapRecordKey(new RecordKey(remote)));
    await refused('key-not-extractable', () => record.wrapFileKey(new FileKey(remote)));
    await refused('key-not-extractable', () => new RecordKey(remote).wrapTo(owner.publicKey));
  });

  test('what they throw comes through', async () => {
    const failure = new Error('the service is down');
    const broken = { seal: () => Promise.reject(failure), open: () => Promise.reject(failure) };
    await expect(new ApplicationKey(broken).openData(new Uint8Array(28))).rejects.toBe(failure);
    await expect(new ApplicationKey(broken).unwrapRecordKey(new Uint8Array(60))).rejects.toBe(failure);
    const folder = new FolderKey({ records: broken, folders: broken });
    await expect(folder.openData(new Uint8Array(32))).rejects.toBe(failure);
    await expect(folder.unwrapFolderKey(new Uint8Array(64))).rejects.toBe(failure);
  });

  test('an owner key of the caller, with nothing but sharedSecret, opens', async () => {
    const record = await generateRecordKey();
    const opened = await openOwnerRecordKey(
      remoteEcPrivateKey(owner),
      await record.wrapTo(owner.publicKey),
      extractable,
    );
    expect(await bytesOf(opened)).toEqual(await bytesOf(record));
  });
});
