import { toHex, utf8 } from '../runner/bytes.js';
import { acceptable, invalid, json, note, partly, valid, type FileDefinition, type TestDefinition } from './define.js';
import { b64, b64url, bytes, cbc, concat, flip, gcm, sha256, uid } from './forge.js';

type Fields = Record<string, unknown>;

export const applicationKey = bytes('tree application key', 32);

const nonceOf = (...parts: readonly Uint8Array[]): Uint8Array => sha256(...parts).slice(0, 12);
const ivOf = (...parts: readonly Uint8Array[]): Uint8Array => sha256(...parts).slice(0, 16);

/** AES-GCM with a nonce that follows from what is sealed. */
const seal = (key: Uint8Array, plaintext: Uint8Array | string): Uint8Array => {
  const message = typeof plaintext === 'string' ? utf8(plaintext) : plaintext;
  return gcm(key, nonceOf(key, message), message);
};
const sealCbc = (key: Uint8Array, plaintext: Uint8Array | string): Uint8Array => {
  const message = typeof plaintext === 'string' ? utf8(plaintext) : plaintext;
  return cbc(key, ivOf(key, message), message);
};

const keyOf = (label: string): Uint8Array => bytes(`tree key ${label}`, 32);
const dataOf = (label: string): Fields => ({
  title: label,
  type: 'login',
  fields: [
    { type: 'login', value: [`${label}@example.com`] },
    { type: 'password', value: [toHex(bytes(`tree password ${label}`, 8))] },
  ],
  custom: [],
});

/** A record as an answer holds it, under the application's key or a folder's. */
function record(label: string, changes: Fields = {}, wrapping: Uint8Array = applicationKey): Fields {
  const key = keyOf(label);
  return {
    recordUid: uid(`record ${label}`),
    recordKey: b64(seal(wrapping, key)),
    data: b64(seal(key, json(dataOf(label)))),
    revision: 100 + label.length,
    isEditable: true,
    ...changes,
  };
}

function file(label: string, recordLabel: string, changes: Fields = {}): Fields {
  const key = keyOf(`file ${label}`);
  const description = {
    name: `${label}.pem`,
    title: label,
    type: 'text/plain',
    size: 1024,
    lastModified: 1767225600000,
  };
  return {
    fileUid: uid(`file ${label}`),
    fileKey: b64(seal(keyOf(recordLabel), key)),
    data: b64(seal(key, json(description))),
    url: `https://files.example.com/${label}`,
    ...changes,
  };
}

function folder(label: string, records: readonly unknown[], changes: Fields = {}): Fields {
  return {
    folderUid: uid(`folder ${label}`),
    folderKey: b64(seal(applicationKey, keyOf(`folder ${label}`))),
    records,
    ...changes,
  };
}

const inFolder = (label: string, folderLabel: string, changes: Fields = {}): Fields =>
  record(label, changes, keyOf(`folder ${folderLabel}`));

const appData = b64url(seal(applicationKey, json({ title: 'Backups', type: 'app' })));

const answer = (members: Fields): Fields => ({
  appData,
  folders: [],
  records: [],
  expiresOn: 0,
  warnings: [],
  ...members,
});

/** A UID that begins with a hyphen, as others make them. */
const hyphenUid = `-${b64url(bytes('uid with hyphen', 16)).slice(1)}`;

function secretsTests(): TestDefinition[] {
  const open = (members: Fields | string, more: Fields = {}): TestDefinition['inputs'] => ({
    answer: typeof members === 'string' ? members : json(answer(members)),
    ...more,
  });
  const good = record('Mail');
  const other = record('Wiki');
  /** A good record beside the one that a test is about: it must open all the same. */
  const beside = (flag: string, comment: string, broken: unknown, more: Fields = {}): TestDefinition =>
    partly(flag, comment, open({ records: [good, broken], ...more }));
  const withKey = (comment: string, flag: string, recordKey: unknown): TestDefinition =>
    beside(flag, `recordKey: ${comment}`, record('Broken', { recordKey }));
  const withData = (comment: string, flag: string, data: unknown): TestDefinition =>
    beside(flag, `data: ${comment}`, record('Broken', { data }));
  const withFile = (comment: string, flag: string, changes: Fields): TestDefinition =>
    partly(
      flag,
      `file: ${comment}`,
      open({ records: [record('Mail', { files: [file('good', 'Mail'), file('broken', 'Mail', changes)] })] }),
    );
  const withFolder = (comment: string, flag: string, changes: Fields): TestDefinition =>
    partly(
      flag,
      `folder: ${comment}`,
      open({
        records: [good],
        folders: [
          folder('Servers', [inFolder('Shell', 'Servers')]),
          folder('Broken', [inFolder('Lost', 'Broken')], changes),
        ],
      }),
    );
  const whole = (flag: string, comment: string, code: string, text: string): TestDefinition =>
    invalid(flag, comment, code, open(text));

  const key = keyOf('Broken');
  const sealedKey = seal(applicationKey, key);
  const sealedData = seal(key, json(dataOf('Broken')));
  const wrapAlike = (plaintext: Uint8Array): Uint8Array => gcm(applicationKey, bytes('tree one nonce', 12), plaintext);
  const text = json(answer({ records: [good] }));
  const own = { data: b64(seal(applicationKey, json(dataOf('Own')))), recordUid: uid('record Own'), revision: 3 };

  return [
    valid('Normal', 'nothing shared', open({})),
    valid('Normal', 'one record', open({ records: [good] })),
    valid('Normal', 'three records', open({ records: [good, other, record('Bank', { isEditable: false })] })),
    valid(
      'Folders',
      'a folder with two records',
      open({ folders: [folder('Servers', [inFolder('Shell', 'Servers'), inFolder('Root', 'Servers')])] }),
    ),
    valid(
      'Folders',
      'records in folders and by themselves',
      open({ records: [good], folders: [folder('Servers', [inFolder('Shell', 'Servers')]), folder('Empty', [])] }),
    ),
    valid(
      'Folders',
      'a folder without the member records',
      open({ folders: [folder('Servers', [], { records: undefined })] }),
    ),
    valid(
      'Folders',
      'a record in a folder inside the shared folder',
      open({ folders: [folder('Servers', [inFolder('Shell', 'Servers', { innerFolderUid: uid('folder inner') })])] }),
    ),
    valid(
      'Folders',
      'a flat record with innerFolderUid',
      open({ records: [record('Mail', { innerFolderUid: uid('folder inner') })] }),
    ),
    valid(
      'Shortcut',
      'one record in two folders',
      open({
        folders: [folder('Servers', [inFolder('Shell', 'Servers')]), folder('Desks', [inFolder('Shell', 'Desks')])],
      }),
    ),
    valid(
      'Shortcut',
      'one record by itself and in a folder',
      open({ records: [record('Shell')], folders: [folder('Servers', [inFolder('Shell', 'Servers')])] }),
    ),
    valid(
      'Files',
      'a record with two files',
      open({
        records: [
          record('Mail', {
            files: [
              file('certificate', 'Mail'),
              file('photo', 'Mail', { thumbnailUrl: 'https://files.example.com/thumbnail' }),
            ],
          }),
        ],
      }),
    ),
    valid(
      'Files',
      'one file of a record in two places',
      open({
        records: [record('Mail', { files: [file('certificate', 'Mail')] })],
        folders: [folder('Servers', [inFolder('Mail', 'Servers', { files: [file('certificate', 'Mail')] })])],
      }),
    ),
    valid(
      'Files',
      'a file without a URL',
      open({ records: [record('Mail', { files: [file('certificate', 'Mail', { url: null })] })] }),
    ),
    valid(
      'Links',
      'a record with links',
      open({
        records: [
          record('Mail', {
            links: [{ recordUid: uid('record Wiki') }, { recordUid: uid('record Bank'), data: 'AAAA', path: 'meta' }],
          }),
        ],
      }),
    ),
    valid('OwnRecord', 'a record without a key: its data is under the application key', open({ records: [own] })),
    valid('OwnRecord', 'such a record without a UID', open({ records: [{ data: own.data }, good] })),
    valid(
      'Base64Variant',
      'base64url without padding',
      open({
        records: [
          record('Mail', {
            recordKey: b64url(seal(applicationKey, keyOf('Mail'))),
            data: b64url(seal(keyOf('Mail'), json(dataOf('Mail')))),
          }),
        ],
      }),
    ),
    valid(
      'Base64Variant',
      'base64 without padding',
      open({ records: [record('Mail', { data: b64(seal(keyOf('Mail'), json(dataOf('Mail')))).replace(/=+$/, '') })] }),
    ),
    valid(
      'Base64Variant',
      'appData in base64',
      open(json(answer({ appData: b64(seal(applicationKey, json({ title: 'Backups', type: 'app' }))) }))),
    ),
    valid(
      'PeerSpellings',
      'booleans as 0 and 1',
      open({ records: [record('Mail', { isEditable: 1 }), record('Wiki', { isEditable: 0 })] }),
    ),
    valid(
      'PeerSpellings',
      'null in place of absent members',
      open({
        folders: null,
        warnings: null,
        expiresOn: null,
        records: [record('Mail', { files: null, links: null, innerFolderUid: null, revision: null, isEditable: null })],
      }),
    ),
    valid(
      'PeerSpellings',
      'members that nobody knows',
      open({ future: { a: 1 }, records: [record('Mail', { future: [1, 2] })] }),
    ),
    valid(
      'PeerSpellings',
      'data with null values and an empty custom',
      open({
        records: [
          record('Mail', {
            data: b64(seal(keyOf('Mail'), json({ title: null, fields: [{ type: 'url', value: [null] }], custom: [] }))),
          }),
        ],
      }),
    ),
    valid(
      'PeerSpellings',
      'a UID that begins with a hyphen',
      open({ records: [record('Mail', { recordUid: hyphenUid })] }),
    ),
    valid(
      'PeerSpellings',
      'data outside ASCII',
      open({ records: [record('Mail', { data: b64(seal(keyOf('Mail'), json({ title: 'ключ 🔑 鍵' }))) })] }),
    ),
    valid(
      'ChosenNonce',
      'two wrapped keys with one nonce',
      open({ records: ['Mail', 'Wiki'].map((label) => record(label, { recordKey: b64(wrapAlike(keyOf(label))) })) }),
    ),
    valid('Normal', 'expiresOn and warnings', open({ expiresOn: 1798761600000, warnings: ['the token expires soon'] })),
    valid('Normal', 'the requested record came', open({ records: [good] }, { requestedRecords: [good['recordUid']] })),
    valid('Normal', 'the required record opened', open({ records: [good] }, { requireRecords: [good['recordUid']] })),
    valid('Normal', 'no appData', open(json({ records: [good], folders: [] }))),

    withKey('a bit of the tag is flipped', 'ModifiedKey', b64(flip(sealedKey, -1))),
    withKey('a bit of the nonce is flipped', 'ModifiedKey', b64(flip(sealedKey, 0))),
    withKey("under another application's key", 'WrongWrappingKey', b64(seal(bytes('tree other application', 32), key))),
    withKey("under the record's own key", 'WrongWrappingKey', b64(seal(key, key))),
    withKey('under AES-CBC', 'CbcFallback', b64(sealCbc(applicationKey, key))),
    withKey('16 bytes are wrapped', 'WrongKeyLength', b64(seal(applicationKey, key.slice(0, 16)))),
    withKey('31 bytes are wrapped', 'WrongKeyLength', b64(seal(applicationKey, key.slice(0, 31)))),
    withKey('33 bytes are wrapped', 'WrongKeyLength', b64(seal(applicationKey, concat(key, Uint8Array.of(0))))),
    withKey('the key itself, not wrapped', 'WrongKeyLength', b64(key)),
    withKey('20 bytes', 'TruncatedMessage', b64(sealedKey.slice(0, 20))),
    withKey('no base64', 'InvalidBase64', '***'),
    withKey('bits after the last byte', 'InvalidBase64', b64url(sealedKey).slice(0, -1) + 'B'),
    withKey('a number', 'WrongType', 7),
    withData('a bit of the ciphertext is flipped', 'ModifiedData', b64(flip(sealedData, 14))),
    withData('a bit of the tag is flipped', 'ModifiedData', b64(flip(sealedData, -1))),
    withData('the last byte is missing', 'ModifiedData', b64(sealedData.slice(0, -1))),
    withData("another record's data", 'SwappedData', other['data']),
    withData(
      'under the application key, though the record has a key',
      'SwappedData',
      b64(seal(applicationKey, json(dataOf('Broken')))),
    ),
    withData(
      'under AES-CBC: a failed tag must not be tried again as CBC',
      'CbcFallback',
      b64(sealCbc(key, json(dataOf('Broken')))),
    ),
    withData('27 bytes', 'TruncatedMessage', b64(sealedData.slice(0, 27))),
    withData('missing', 'MissingField', undefined),
    withData('null', 'MissingField', null),
    withData('an object', 'WrongType', dataOf('Broken')),
    withData('no base64', 'InvalidBase64', 'not base64!'),
    withData('no JSON inside', 'InvalidDocument', b64(seal(key, 'title: Broken'))),
    withData('an array inside', 'InvalidDocument', b64(seal(key, json([dataOf('Broken')])))),
    withData('a key twice inside', 'DuplicateKey', b64(seal(key, '{"title":"a","title":"b"}'))),
    withData('__proto__ inside', 'PrototypeKey', b64(seal(key, '{"title":"a","__proto__":{"admin":true}}'))),
    withData(
      'no UTF-8 inside',
      'InvalidDocument',
      b64(seal(key, concat(utf8('{"title":"'), Uint8Array.of(0xe2, 0x28, 0xa1), utf8('"}')))),
    ),
    withData('65 levels inside', 'TooDeep', b64(seal(key, `{"a":${'['.repeat(64)}${']'.repeat(64)}}`))),
    beside('InvalidUid', 'recordUid of 15 bytes', record('Broken', { recordUid: b64url(bytes('short uid', 15)) })),
    beside('InvalidUid', 'recordUid with padding', record('Broken', { recordUid: `${uid('record Broken')}==` })),
    beside(
      'InvalidUid',
      'recordUid in a second spelling: bits after the last byte',
      record('Broken', { recordUid: secondSpelling(uid('record Broken')) }),
    ),
    beside(
      'InvalidUid',
      'recordUid that climbs out of a folder',
      record('Broken', { recordUid: '../../../../etc/passwd' }),
    ),
    beside('MissingField', 'recordUid is missing', record('Broken', { recordUid: undefined })),
    beside('WrongType', 'revision is text', record('Broken', { revision: '7' })),
    beside('WrongType', 'revision is no whole number', record('Broken', { revision: 7.5 })),
    beside('NegativeRevision', 'revision is -1', record('Broken', { revision: -1 })),
    beside('NegativeRevision', 'revision is -2^53 + 1', record('Broken', { revision: Number.MIN_SAFE_INTEGER })),
    beside('WrongType', 'isEditable is text', record('Broken', { isEditable: 'true' })),
    beside('WrongType', 'isEditable is 2', record('Broken', { isEditable: 2 })),
    beside('WrongType', 'files is an object', record('Broken', { files: {} })),
    beside('WrongType', 'the record is a string', 'record'),
    beside('WrongType', 'the record is null', null),
    beside(
      'CopiedKey',
      'the wrapped key of another record under this UID',
      record('Broken', { recordKey: good['recordKey'], data: good['data'] }),
    ),
    beside(
      'CopiedKey',
      'the same key, its base64 in the other alphabet',
      record('Broken', { recordKey: b64url(Buffer.from(String(good['recordKey']), 'base64')), data: good['data'] }),
    ),
    partly(
      'CopiedKey',
      'a copy of one of two wrapped keys that have one nonce: the other opens',
      open({
        records: [
          record('Mail', { recordKey: b64(wrapAlike(keyOf('Mail'))) }),
          record('Wiki', { recordKey: b64(wrapAlike(keyOf('Wiki'))) }),
          record('Broken', { recordKey: b64(wrapAlike(keyOf('Wiki'))), data: other['data'] }),
        ],
      }),
    ),
    beside('RepeatedUid', 'a UID comes again with another revision', record('Mail', { revision: 1 })),
    partly(
      'CopiedKey',
      'the copy stands there twice',
      open({
        records: [
          good,
          record('Broken', { recordKey: good['recordKey'], data: good['data'] }),
          record('Broken', { recordKey: good['recordKey'], data: good['data'] }),
          other,
        ],
      }),
    ),
    beside(
      'RepeatedUid',
      'a UID comes again with other data',
      record('Mail', { data: b64(seal(keyOf('Mail'), json(dataOf('Forged')))) }),
    ),
    beside('WrongWrappingKey', "a record without a key, its data under another application's key", {
      ...own,
      data: b64(seal(bytes('tree other application', 32), json(dataOf('Own')))),
    }),

    withFolder('a bit of folderKey is flipped', 'ModifiedKey', {
      folderKey: b64(flip(seal(applicationKey, keyOf('folder Broken')), -1)),
    }),
    withFolder('folderKey under AES-CBC', 'CbcFallback', {
      folderKey: b64(sealCbc(applicationKey, keyOf('folder Broken'))),
    }),
    withFolder('folderKey of 16 bytes', 'WrongKeyLength', {
      folderKey: b64(seal(applicationKey, bytes('tree short folder', 16))),
    }),
    withFolder('folderKey is missing', 'MissingField', { folderKey: undefined }),
    withFolder('folderUid is no UID', 'InvalidUid', { folderUid: 'Broken' }),
    withFolder('records is an object', 'WrongType', { records: {} }),
    withFolder('the wrapped key of the other folder: neither opens', 'CopiedKey', {
      folderKey: b64(seal(applicationKey, keyOf('folder Servers'))),
    }),
    partly(
      'WrongWrappingKey',
      "a record in a folder, wrapped under the application's key",
      open({ folders: [folder('Servers', [inFolder('Shell', 'Servers'), record('Broken')])] }),
    ),
    partly(
      'WrongWrappingKey',
      "a flat record, wrapped under a folder's key",
      open({ records: [good, inFolder('Broken', 'Servers')], folders: [folder('Servers', [])] }),
    ),
    partly(
      'MissingKey',
      'a record in a folder without a key',
      open({ folders: [folder('Servers', [inFolder('Shell', 'Servers'), { ...own }])] }),
    ),

    withFile('a bit of fileKey is flipped', 'ModifiedKey', {
      fileKey: b64(flip(seal(keyOf('Mail'), keyOf('file broken')), -1)),
    }),
    withFile("fileKey under the application's key", 'WrongWrappingKey', {
      fileKey: b64(seal(applicationKey, keyOf('file broken'))),
    }),
    withFile("fileKey under another record's key", 'WrongWrappingKey', {
      fileKey: b64(seal(keyOf('Wiki'), keyOf('file broken'))),
    }),
    withFile('fileKey of 24 bytes', 'WrongKeyLength', {
      fileKey: b64(seal(keyOf('Mail'), bytes('tree short file', 24))),
    }),
    withFile('fileKey is missing', 'MissingField', { fileKey: undefined }),
    withFile('a bit of data is flipped', 'ModifiedData', {
      data: b64(flip(seal(keyOf('file broken'), '{"name":"a"}'), -1)),
    }),
    withFile('the description of another file', 'SwappedData', { data: file('good', 'Mail')['data'] }),
    withFile('the wrapped key of the other file: neither opens', 'CopiedKey', {
      fileKey: file('good', 'Mail')['fileKey'],
      data: file('good', 'Mail')['data'],
    }),
    withFile('the same key, its base64 in the other alphabet', 'CopiedKey', {
      fileKey: b64url(Buffer.from(String(file('good', 'Mail')['fileKey']), 'base64')),
      data: file('good', 'Mail')['data'],
    }),
    partly(
      'CopiedKey',
      'file: the wrapped key of a file on another record of the same key',
      open({
        records: [record('Mail', { files: [file('good', 'Mail'), file('other', 'Mail')] })],
        folders: [
          folder('Servers', [
            inFolder('Mail', 'Servers', {
              recordUid: uid('record Copy'),
              files: [file('good', 'Mail', { fileUid: uid('file broken') })],
            }),
          ]),
        ],
      }),
    ),
    partly(
      'CopiedKey',
      "file: a record that comes as a file of the application's own record as well: neither opens",
      open({
        records: [good, { ...own, files: [file('copy', 'Mail', { fileKey: good['recordKey'], data: good['data'] })] }],
      }),
    ),
    withFile('no JSON inside', 'InvalidDocument', { data: b64(seal(keyOf('file broken'), 'a.pem')) }),
    withFile('fileUid is no UID', 'InvalidUid', { fileUid: 'broken' }),
    withFile('url is a number', 'WrongType', { url: 7 }),

    partly(
      'ModifiedData',
      'appData: a bit is flipped',
      open(json(answer({ records: [good], appData: b64url(flip(seal(applicationKey, '{"title":"a"}'), -1)) }))),
    ),
    partly(
      'InvalidDocument',
      'appData: no JSON inside',
      open(json(answer({ records: [good], appData: b64url(seal(applicationKey, 'Backups')) }))),
    ),
    partly(
      'WithheldRecord',
      'a record that was asked for did not come',
      open({ records: [good] }, { requestedRecords: [good['recordUid'], other['recordUid']] }),
    ),
    invalid(
      'WithheldRecord',
      'a required record did not come',
      'record-missing',
      open({ records: [good] }, { requireRecords: [other['recordUid']] }),
    ),
    invalid(
      'ModifiedData',
      'a required record does not open',
      'record-missing',
      open(
        { records: [record('Broken', { data: b64(flip(sealedData, -1)) })] },
        { requireRecords: [uid('record Broken')] },
      ),
    ),
    whole('NotJson', 'no JSON', 'json-invalid', 'records'),
    whole('NotJson', 'cut off', 'json-invalid', text.slice(0, -1)),
    whole('NotAnObject', 'an array', 'json-invalid', '[]'),
    whole('DuplicateKey', 'records twice', 'json-duplicate-key', `${text.slice(0, -1)},"records":[]}`),
    whole(
      'PrototypeKey',
      '__proto__ in a record',
      'json-invalid',
      json(answer({ records: [record('Mail', { future: 0 })] })).replace('"future"', '"__proto__"'),
    ),
    whole('TooDeep', '17 levels', 'json-too-deep', `{"records":${'['.repeat(16)}${']'.repeat(16)}}`),
    whole('WrongType', 'records is an object', 'field-invalid', json(answer({ records: { a: good } }))),
    whole('WrongType', 'folders is text', 'field-invalid', json(answer({ folders: 'none' }))),
  ];
}

/** The same 16 bytes, with bits set after the last. */
function secondSpelling(text: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  return text.slice(0, -1) + alphabet.charAt(alphabet.indexOf(text.slice(-1)) | 1);
}

function secretsSealTests(): TestDefinition[] {
  const sealed = (label: string, changes: Fields = {}): Fields => ({
    uid: uid(`sealed ${label}`),
    key: toHex(keyOf(`sealed ${label}`)),
    wrapNonce: toHex(bytes(`sealed ${label} wrap`, 12)),
    data: json(dataOf(label)),
    dataNonce: toHex(bytes(`sealed ${label} data`, 12)),
    revision: 1,
    isEditable: true,
    ...changes,
  });
  const attachment = (label: string, changes: Fields = {}): Fields => ({
    uid: uid(`sealed file ${label}`),
    key: toHex(keyOf(`sealed file ${label}`)),
    wrapNonce: toHex(bytes(`sealed file ${label} wrap`, 12)),
    name: `${label}.txt`,
    title: label,
    lastModified: 1767225600000,
    descriptionNonce: toHex(bytes(`sealed file ${label} description`, 12)),
    content: toHex(bytes(`sealed file ${label} content`, 100)),
    contentNonce: toHex(bytes(`sealed file ${label} content nonce`, 12)),
    url: `https://files.example.com/${label}`,
    ...changes,
  });
  const shared = (label: string, records: readonly Fields[]): Fields => ({
    uid: uid(`sealed folder ${label}`),
    key: toHex(keyOf(`sealed folder ${label}`)),
    wrapNonce: toHex(bytes(`sealed folder ${label} wrap`, 12)),
    records,
  });
  const inputs = (changes: Fields): TestDefinition['inputs'] => ({
    application: { data: json({ title: 'Backups', type: 'app' }), nonce: toHex(bytes('sealed application', 12)) },
    folders: [],
    records: [],
    expiresOn: 0,
    warnings: [],
    ...changes,
  });
  return [
    valid('Normal', 'nothing shared', inputs({})),
    valid('Normal', 'one record', inputs({ records: [sealed('Mail')] })),
    valid(
      'Folders',
      'a folder with two records',
      inputs({ folders: [shared('Servers', [sealed('Shell'), sealed('Root', { revision: 7, isEditable: false })])] }),
    ),
    valid(
      'Files',
      'a record with two files',
      inputs({
        records: [
          sealed('Mail', {
            files: [attachment('notes'), attachment('photo', { type: 'image/png', title: 'A photo' })],
          }),
        ],
      }),
    ),
    valid(
      'Normal',
      'all of it',
      inputs({
        records: [sealed('Mail'), sealed('Wiki', { files: [attachment('page')] })],
        folders: [shared('Servers', [sealed('Shell', { innerFolderUid: uid('folder inner') })]), shared('Empty', [])],
        expiresOn: 1798761600000,
        warnings: ['soon'],
      }),
    ),
    valid('PeerSpellings', 'data outside ASCII', inputs({ records: [sealed('ключ 🔑 鍵')] })),
  ];
}

// get_folders

function sharedFolder(label: string, changes: Fields = {}): Fields {
  const key = keyOf(`folder ${label}`);
  return {
    folderUid: uid(`folder ${label}`),
    folderKey: b64(seal(applicationKey, key)),
    data: b64(sealCbc(key, json({ name: label }))),
    ...changes,
  };
}

/** A folder inside another; its key is under that of the shared folder at the root. */
function subFolder(label: string, parent: string, root: string, changes: Fields = {}): Fields {
  const key = keyOf(`folder ${label}`);
  return {
    folderUid: uid(`folder ${label}`),
    folderKey: b64(sealCbc(keyOf(`folder ${root}`), key)),
    data: b64(sealCbc(key, json({ name: label }))),
    parent: uid(`folder ${parent}`),
    ...changes,
  };
}

function foldersTests(): TestDefinition[] {
  const open = (...folders: readonly unknown[]): TestDefinition['inputs'] => ({ answer: json({ folders }) });
  const servers = sharedFolder('Servers');
  const linux = subFolder('Linux', 'Servers', 'Servers');
  const debian = subFolder('Debian', 'Linux', 'Servers');
  const beside = (flag: string, comment: string, ...broken: readonly unknown[]): TestDefinition =>
    partly(flag, comment, open(servers, linux, ...broken));
  const sub = (flag: string, comment: string, changes: Fields): TestDefinition =>
    beside(flag, `inner folder: ${comment}`, subFolder('Broken', 'Servers', 'Servers', changes));
  const root = (flag: string, comment: string, changes: Fields): TestDefinition =>
    beside(flag, `shared folder: ${comment}`, sharedFolder('Broken', changes));
  const whole = (flag: string, comment: string, code: string, answer: string): TestDefinition =>
    invalid(flag, comment, code, { answer });

  const rootKey = keyOf('folder Servers');
  const key = keyOf('folder Broken');
  const wrapped = sealCbc(rootKey, key);
  const name = sealCbc(key, json({ name: 'Broken' }));
  const renamed = cbc(keyOf('folder Renamed'), ivOf(key), json({ name: 'Renamed' }));
  // Byte 9 of {"name":"Renamed"} is the R; the bit that separates R from r.
  const flippedName = flip(renamed, 9, 0x20);

  return [
    valid('Normal', 'no folders', open()),
    valid('Normal', 'one shared folder', open(servers)),
    valid('Normal', 'two shared folders', open(servers, sharedFolder('Desks'))),
    valid('InnerFolders', 'a folder inside', open(servers, linux)),
    valid(
      'InnerFolders',
      "three levels: each inner key is under the shared folder's, whatever its parent",
      open(servers, linux, debian),
    ),
    valid('InnerFolders', 'parents behind their children', open(debian, linux, servers)),
    valid(
      'InnerFolders',
      'two trees',
      open(servers, linux, sharedFolder('Desks'), subFolder('Upstairs', 'Desks', 'Desks')),
    ),
    valid(
      'InnerFolders',
      'a folder in a folder that does not open: its key is under the root',
      open(servers, subFolder('Linux', 'Servers', 'Servers'), debian),
    ),
    valid('PeerSpellings', 'an empty parent for a shared folder', open(sharedFolder('Servers', { parent: '' }))),
    valid('PeerSpellings', 'a null parent for a shared folder', open(sharedFolder('Servers', { parent: null }))),
    valid(
      'PeerSpellings',
      'base64url',
      open(
        sharedFolder('Servers', {
          folderKey: b64url(seal(applicationKey, rootKey)),
          data: b64url(sealCbc(rootKey, json({ name: 'Servers' }))),
        }),
      ),
    ),
    valid(
      'PeerSpellings',
      'members that nobody knows',
      open(
        sharedFolder('Servers', { future: 1, data: b64(sealCbc(rootKey, json({ name: 'Servers', color: 'red' }))) }),
      ),
    ),
    valid(
      'PeerSpellings',
      'a name outside ASCII',
      open(sharedFolder('Servers', { data: b64(sealCbc(rootKey, json({ name: 'ключи 🔑' }))) })),
    ),
    valid('PeerSpellings', 'no member folders', { answer: '{}' }),
    acceptable(
      'UnauthenticatedName',
      'a bit of the vector is flipped: another name, and nothing shows it',
      open(sharedFolder('Renamed', { data: b64(flippedName) })),
    ),

    root('ModifiedKey', 'a bit of folderKey is flipped', { folderKey: b64(flip(seal(applicationKey, key), -1)) }),
    root('WrongWrapping', 'folderKey under AES-CBC', { folderKey: b64(sealCbc(applicationKey, key)) }),
    root('WrongKeyLength', 'folderKey of 16 bytes', { folderKey: b64(seal(applicationKey, key.slice(0, 16))) }),
    root('WrongWrappingKey', "folderKey under another application's key", {
      folderKey: b64(seal(bytes('tree other application', 32), key)),
    }),
    root('MissingField', 'folderKey is missing', { folderKey: undefined }),
    root('InvalidBase64', 'folderKey is no base64', { folderKey: '(key)' }),
    root('WrongWrapping', 'data under AES-GCM', { data: b64(seal(key, json({ name: 'Broken' }))) }),
    root('InvalidUid', 'folderUid is no UID', { folderUid: 'Broken' }),
    root('InvalidUid', 'folderUid in a second spelling', { folderUid: secondSpelling(uid('folder Broken')) }),
    root('MissingField', 'folderUid is missing', { folderUid: undefined }),
    sub('WrongWrapping', 'folderKey under AES-GCM', { folderKey: b64(seal(rootKey, key)) }),
    sub('WrongWrappingKey', "folderKey under the application's key", { folderKey: b64(sealCbc(applicationKey, key)) }),
    sub('WrongKeyLength', 'folderKey of 16 bytes', { folderKey: b64(sealCbc(rootKey, key.slice(0, 16))) }),
    sub('WrongKeyLength', 'folderKey of 33 bytes', { folderKey: b64(sealCbc(rootKey, concat(key, Uint8Array.of(0)))) }),
    sub('InvalidPadding', 'folderKey without padding', { folderKey: b64(cbc(rootKey, ivOf(key), key, false)) }),
    sub('InvalidPadding', 'folderKey with a padding of zeros', {
      folderKey: b64(cbc(rootKey, ivOf(key), concat(key, new Uint8Array(16)), false)),
    }),
    sub('InvalidPadding', 'folderKey with a padding of 17', {
      folderKey: b64(cbc(rootKey, ivOf(key), concat(key, new Uint8Array(16).fill(17)), false)),
    }),
    sub('InvalidPadding', 'folderKey whose padding bytes differ', {
      folderKey: b64(cbc(rootKey, ivOf(key), concat(key, new Uint8Array(15).fill(1), Uint8Array.of(16)), false)),
    }),
    sub('WrongLength', 'folderKey is a vector alone', { folderKey: b64(wrapped.slice(0, 16)) }),
    sub('WrongLength', 'folderKey is no whole number of blocks', { folderKey: b64(wrapped.slice(0, -1)) }),
    sub('WrongLength', 'folderKey is empty', { folderKey: '' }),
    sub('InvalidPadding', 'data with a padding of zeros', {
      data: b64(cbc(key, ivOf(name), concat(utf8('{"name":"Broken"'), new Uint8Array(16)), false)),
    }),
    sub('WrongLength', 'data is no whole number of blocks', { data: b64(name.slice(0, -1)) }),
    sub('WrongWrappingKey', "data under the shared folder's key", {
      data: b64(sealCbc(rootKey, json({ name: 'Broken' }))),
    }),
    sub('InvalidDocument', 'data holds no JSON', { data: b64(sealCbc(key, 'Broken')) }),
    sub('InvalidDocument', 'data holds an array', { data: b64(sealCbc(key, '["Broken"]')) }),
    sub('DuplicateKey', 'data holds name twice', { data: b64(sealCbc(key, '{"name":"a","name":"b"}')) }),
    sub('InvalidDocument', 'data holds no name', { data: b64(sealCbc(key, '{"title":"Broken"}')) }),
    sub('InvalidDocument', 'data holds a name that is a number', { data: b64(sealCbc(key, '{"name":7}')) }),
    sub('MissingField', 'data is missing', { data: undefined }),
    beside(
      'WrappedUnderParent',
      "a folder on the third level whose key is under its parent's",
      subFolder('Broken', 'Linux', 'Linux'),
    ),
    beside('BrokenParents', 'a parent that is not in the answer', subFolder('Broken', 'Nowhere', 'Servers')),
    beside(
      'BrokenParents',
      'a parent far up that is not in the answer',
      subFolder('Broken', 'Nowhere', 'Servers'),
      subFolder('Below', 'Broken', 'Servers'),
    ),
    beside('ParentLoop', 'a folder that is its own parent', subFolder('Broken', 'Broken', 'Servers')),
    beside(
      'ParentLoop',
      "two folders that are each other's parent",
      subFolder('Broken', 'Below', 'Servers'),
      subFolder('Below', 'Broken', 'Servers'),
    ),
    beside(
      'ParentLoop',
      '66 folders inside one another',
      ...Array.from({ length: 66 }, (_, index) =>
        subFolder(`Level ${index}`, index === 0 ? 'Servers' : `Level ${index - 1}`, 'Servers'),
      ),
    ),
    partly(
      'CopiedKey',
      'the wrapped key of another shared folder: neither opens, nor what is inside',
      open(
        servers,
        linux,
        sharedFolder('Broken', { folderKey: servers['folderKey'], data: servers['data'] }),
        sharedFolder('Desks'),
      ),
    ),
    sub('CopiedKey', 'the wrapped key of another: neither opens', {
      folderKey: linux['folderKey'],
      data: linux['data'],
    }),
    sub('CopiedKey', 'the same key, its base64 in the other alphabet and without padding', {
      folderKey: b64url(Buffer.from(String(linux['folderKey']), 'base64')),
      data: linux['data'],
    }),
    beside('RepeatedUid', 'a folder comes again', linux),
    beside(
      'RepeatedUid',
      "a UID comes again as another folder's",
      subFolder('Linux', 'Servers', 'Servers', { data: b64(sealCbc(keyOf('folder Linux'), '{"name":"Forged"}')) }),
    ),
    partly(
      'ModifiedKey',
      'the shared folder does not open, and so nothing in it',
      open(
        sharedFolder('Servers', { folderKey: b64(flip(seal(applicationKey, rootKey), -1)) }),
        linux,
        debian,
        sharedFolder('Desks'),
      ),
    ),
    beside('WrongType', 'parent is a number', subFolder('Broken', 'Servers', 'Servers', { parent: 7 })),
    beside('WrongType', 'the folder is null', null),
    whole('NotJson', 'no JSON', 'json-invalid', 'folders'),
    whole('WrongType', 'folders is an object', 'field-invalid', '{"folders":{}}'),
    whole('NotAnObject', 'an array', 'json-invalid', json([servers])),
    whole('DuplicateKey', 'folders twice', 'json-duplicate-key', '{"folders":[],"folders":[]}'),
  ];
}

function foldersSealTests(): TestDefinition[] {
  const made = (label: string, parent?: string, root?: string): Fields => ({
    uid: uid(`folder ${label}`),
    key: toHex(keyOf(`folder ${label}`)),
    wrapNonce: toHex(bytes(`made folder ${label} wrap`, parent === undefined ? 12 : 16)),
    name: label,
    nameIv: toHex(bytes(`made folder ${label} name`, 16)),
    ...(parent !== undefined && { parentUid: uid(`folder ${parent}`) }),
    ...(root !== undefined && { sharedFolderUid: uid(`folder ${root}`) }),
  });
  return [
    valid('Normal', 'no folders', { folders: [] }),
    valid('Normal', 'a shared folder', { folders: [made('Servers')] }),
    valid('InnerFolders', 'three levels', {
      folders: [made('Servers'), made('Linux', 'Servers', 'Servers'), made('Debian', 'Linux', 'Servers')],
    }),
    valid('PeerSpellings', 'a name outside ASCII', { folders: [made('ключи 🔑')] }),
    valid('Normal', 'a name whose JSON fills its blocks: padding is a block of its own', { folders: [made('12345')] }),
  ];
}

const DOCUMENT_NOTES = {
  NotJson: note('MODIFIED_PARAMETER', 'The answer is no JSON (RFC 8259).'),
  NotAnObject: note('MODIFIED_PARAMETER', 'The answer is JSON, but no object.'),
  DuplicateKey: note('CAN_OF_WORMS', 'A key comes twice in one object.'),
  InvalidDocument: note('MODIFIED_PARAMETER', 'What was sealed is not the JSON that it should be.'),
  InvalidBase64: note('MODIFIED_PARAMETER', 'The value is no base64.'),
  InvalidUid: note(
    'MODIFIED_PARAMETER',
    'The UID is not 16 bytes in base64url, in their one spelling.',
    'UIDs become names of files and keys of maps: two spellings of one UID are two records there.',
  ),
  MissingField: note('MISSING_STEP', 'A member is missing that nothing can do without.'),
  WrongType: note('MODIFIED_PARAMETER', 'A member has another type than it should.'),
  WrongKeyLength: note('WEAK_PARAMS', 'The wrapped key is not 32 bytes long.'),
  ModifiedKey: note('AUTH_BYPASS', 'A wrapped key was changed after it was sealed.'),
  WrongWrappingKey: note('AUTH_BYPASS', 'The key was wrapped, or the data sealed, under another key of the hierarchy.'),
  PeerSpellings: note('FUNCTIONALITY', 'A spelling that backends in the field use.'),
};

const COPIED_KEY = note(
  'AUTH_BYPASS',
  'Two UIDs have the same wrapped key: the server gives one record, file or folder for another.',
  'Which of the two is honest cannot be known, so neither opens.',
);

export const getSecretFile: FileDefinition = {
  file: 'get-secret.json',
  algorithm: 'get_secret',
  header: [
    'SecretsOpen: a client opens the answer. What does not open is reported by UID beside what does: an invalid test',
    'with `expected` names it in `failed` (or `missing`) and says what opens all the same; one with `error` is refused.',
    'SecretsSeal: the sharing side seals an application, its folders, records and files.',
  ],
  notes: {
    Normal: note('BASIC', 'An ordinary answer.'),
    Folders: note('FUNCTIONALITY', 'Records in shared folders.'),
    Shortcut: note('FUNCTIONALITY', 'One record lies in several places, with its key wrapped for each.'),
    Files: note('FUNCTIONALITY', 'Records with files.'),
    Links: note('FUNCTIONALITY', 'Records with links.'),
    OwnRecord: note(
      'FUNCTIONALITY',
      "The application's own record, which has no key: its data is under the application's key.",
    ),
    Base64Variant: note('FUNCTIONALITY', 'Base64 in either alphabet, with or without padding. Answers hold all four.'),
    ModifiedData: note('AUTH_BYPASS', 'The data was changed after it was sealed.'),
    SwappedData: note('AUTH_BYPASS', 'The data belongs to something else.'),
    CbcFallback: note(
      'AUTH_BYPASS',
      'AES-CBC where AES-GCM belongs.',
      'Who tries CBC when a tag has failed takes data that nothing authenticates.',
    ),
    TruncatedMessage: note('MODIFIED_PARAMETER', 'The value is too short for a nonce and a tag.'),
    PrototypeKey: note('KNOWN_BUG', 'The key __proto__, which gives an object of JavaScript another prototype.'),
    TooDeep: note('DENIAL_OF_SERVICE', 'More levels of nesting than any document has.'),
    CopiedKey: COPIED_KEY,
    ChosenNonce: note(
      'EDGE_CASE',
      'Two wrapped keys have one nonce. They are no copies: whoever wraps a key chooses the nonce.',
    ),
    NegativeRevision: note(
      'MODIFIED_PARAMETER',
      'The revision is below zero, though it counts changes.',
      'Whoever remembers the highest revision may take what comes below zero for none.',
    ),
    RepeatedUid: note('AUTH_BYPASS', 'One UID comes with two contents. The first stands.'),
    MissingKey: note(
      'MISSING_STEP',
      "A record in a folder has no key. Only the application's own record may lack one.",
    ),
    WithheldRecord: note('AUTH_BYPASS', 'A record that was asked for is not in the answer.'),
    ...DOCUMENT_NOTES,
  },
  groups: [
    { type: 'SecretsOpen', shared: { applicationKey: toHex(applicationKey) }, tests: secretsTests() },
    { type: 'SecretsSeal', shared: { applicationKey: toHex(applicationKey) }, tests: secretsSealTests() },
  ],
};

export const getFoldersFile: FileDefinition = {
  file: 'get-folders.json',
  algorithm: 'get_folders',
  header: [
    'FoldersOpen: a client opens the answer; an invalid test with `expected` names in `failed` what does not open.',
    'Everything under AES-CBC fails alike, with one code: a difference would be a padding oracle.',
    'FoldersSeal: the sharing side seals folders.',
  ],
  notes: {
    Normal: note('BASIC', 'An ordinary answer.'),
    InnerFolders: note('FUNCTIONALITY', 'Folders inside a shared folder.'),
    UnauthenticatedName: note(
      'AUTH_BYPASS',
      'AES-CBC authenticates nothing: whoever stores a name can change it.',
      'No client can see it; whoever shows such a name should know that it is not authenticated.',
    ),
    WrongWrapping: note('WRONG_PRIMITIVE', 'AES-GCM where AES-CBC belongs, or the other way round.'),
    WrappedUnderParent: note(
      'MISSING_STEP',
      "The key is wrapped under the parent's key, not under that of the shared folder at the root.",
    ),
    InvalidPadding: note('MODIFIED_PARAMETER', 'The padding is not that of PKCS #7.'),
    WrongLength: note('MODIFIED_PARAMETER', 'The value is no vector and a whole number of blocks.'),
    BrokenParents: note('MISSING_STEP', 'The parents of a folder lead out of the answer.'),
    CopiedKey: COPIED_KEY,
    ParentLoop: note('DENIAL_OF_SERVICE', 'The parents of a folder lead in a circle, or too deep.'),
    RepeatedUid: note('AUTH_BYPASS', 'A UID comes twice. The first stands.'),
    ...DOCUMENT_NOTES,
  },
  groups: [
    { type: 'FoldersOpen', shared: { applicationKey: toHex(applicationKey) }, tests: foldersTests() },
    { type: 'FoldersSeal', shared: { applicationKey: toHex(applicationKey) }, tests: foldersSealTests() },
  ],
};
