import { toHex } from '../runner/bytes.js';
import { invalid, json, note, partly, valid, type FileDefinition, type TestDefinition } from './define.js';
import { badPoints, INVALID_POINT_NOTES } from './ecies.js';
import { b64, b64url, bytes, clientIdOf, concat, ecies, flip, gcm, hexPair, pair, uid } from './forge.js';

type Fields = Record<string, unknown>;

const owner = pair('command owner');
const clientId = clientIdOf(bytes('command client secret', 32));
const from = { clientId, clientVersion: 'ms17.5.0' };

const recordUid = uid('command record');
const otherUid = uid('command other record');
const folderUid = uid('command folder');
const innerUid = uid('command inner folder');
const fileUid = uid('command file');

const record = { uid: recordUid, key: toHex(bytes('command record key', 32)), revision: 41 };
const folder = { uid: folderUid, key: toHex(bytes('command folder key', 32)) };
const data = {
  title: 'Mail',
  type: 'login',
  fields: [
    { type: 'login', value: ['ada@example.com'] },
    { type: 'password', value: ['correct horse'] },
  ],
  custom: [],
};
const withFiles = { ...data, fields: [...data.fields, { type: 'fileRef', value: [fileUid, otherUid] }] };

function buildTests(): TestDefinition[] {
  let count = 0;
  const draw = (lengths: Readonly<Record<string, number>>): Fields => {
    count++;
    return Object.fromEntries(
      Object.entries(lengths).map(([name, length]) => [name, toHex(bytes(`command ${count} ${name}`, length))]),
    );
  };
  const update = (changes: Fields = {}): Fields => ({
    command: 'update_secret',
    record,
    data: json(data),
    ...draw({ dataNonce: 12 }),
    ...changes,
  });
  const create = (changes: Fields = {}): Fields => ({
    command: 'create_secret',
    ownerPublicKey: toHex(owner.publicKey),
    folder,
    data: json(data),
    ...draw({ uidBytes: 16, recordKey: 32, ephemeralPrivateKey: 32, ownerNonce: 12, folderNonce: 12, dataNonce: 12 }),
    ...changes,
  });
  const createFolder = (changes: Fields = {}): Fields => ({
    command: 'create_folder',
    sharedFolder: folder,
    name: 'Servers',
    ...draw({ uidBytes: 16, folderKey: 32, keyIv: 16, dataIv: 16 }),
    ...changes,
  });
  const addFile = (changes: Fields = {}): Fields => ({
    command: 'add_file',
    ownerPublicKey: toHex(owner.publicKey),
    record: { ...record, data: json(data) },
    file: {
      name: 'notes.txt',
      title: 'Notes',
      type: 'text/plain',
      lastModified: 1767225600000,
      content: toHex(bytes('command file content', 50)),
    },
    ...draw({
      uidBytes: 16,
      fileKey: 32,
      contentNonce: 12,
      ephemeralPrivateKey: 32,
      ownerNonce: 12,
      descriptionNonce: 12,
      recordNonce: 12,
      linkNonce: 12,
    }),
    ...changes,
  });
  const test = (flag: string, comment: string, inputs: Fields): TestDefinition =>
    valid(flag, comment, { from, ...inputs });
  return [
    test('Normal', 'get_secret: everything', { command: 'get_secret' }),
    test('Normal', 'get_secret: two records', { command: 'get_secret', records: [recordUid, otherUid] }),
    test('Normal', 'get_secret: a folder', { command: 'get_secret', folders: [folderUid] }),
    test('Normal', 'get_secret: with links', { command: 'get_secret', links: true }),
    test('Normal', 'get_secret: no records at all', { command: 'get_secret', records: [] }),
    test('FirstRequest', 'get_secret: with the first public key', {
      command: 'get_secret',
      publicKey: toHex(pair('command device').publicKey),
    }),
    test('Normal', 'get_folders', { command: 'get_folders' }),
    test('Normal', 'update_secret', update()),
    test('Normal', 'update_secret: a change that is general', update({ transaction: 'general' })),
    test('Normal', 'update_secret: a rotation', update({ transaction: 'rotation' })),
    test(
      'FileReferences',
      'update_secret: one of two files is removed',
      update({ data: json(withFiles), removeFiles: [fileUid] }),
    ),
    test(
      'FileReferences',
      'update_secret: both files are removed, and the field with them',
      update({ data: json(withFiles), removeFiles: [fileUid, otherUid] }),
    ),
    test('Unicode', 'update_secret: data outside ASCII', update({ data: json({ title: 'ключ 🔑 鍵', fields: [] }) })),
    test('Normal', 'finalize_secret_update', { command: 'finalize_secret_update', recordUid }),
    test('Normal', 'rollback_secret_update', { command: 'rollback_secret_update', recordUid }),
    test('Normal', 'create_secret', create()),
    test('Normal', 'create_secret: in a folder inside', create({ subFolderUid: innerUid })),
    test(
      'HyphenUid',
      'create_secret: random bytes whose base64url would begin with a hyphen',
      create({ uidBytes: `f8${toHex(bytes('command hyphen', 15))}` }),
    ),
    test(
      'HyphenUid',
      'create_secret: the same with the last of such first bytes',
      create({ uidBytes: `fb${toHex(bytes('command hyphen', 15))}` }),
    ),
    test(
      'HyphenUid',
      'create_secret: an underscore at the beginning stays',
      create({ uidBytes: `fc${toHex(bytes('command underscore', 15))}` }),
    ),
    test('Unicode', 'create_secret: data outside ASCII', create({ data: json({ title: 'ключ 🔑 鍵' }) })),
    test('Normal', 'delete_secret: one record', { command: 'delete_secret', recordUids: [recordUid] }),
    test('Normal', 'delete_secret: two records', { command: 'delete_secret', recordUids: [recordUid, otherUid] }),
    test('Normal', 'create_folder', createFolder()),
    test('Normal', 'create_folder: inside another', createFolder({ parentUid: innerUid })),
    test('Unicode', 'create_folder: a name outside ASCII', createFolder({ name: 'Серверы 🖥' })),
    test('Normal', 'update_folder', { command: 'update_folder', folder, name: 'Desks', ...draw({ dataIv: 16 }) }),
    test('Normal', 'delete_folder', { command: 'delete_folder', folderUids: [folderUid], force: false }),
    test('Normal', 'delete_folder: with what is inside', {
      command: 'delete_folder',
      folderUids: [folderUid, innerUid],
      force: true,
    }),
    test('Normal', 'add_file', addFile()),
    test(
      'FileReferences',
      'add_file: the record has files already',
      addFile({ record: { ...record, data: json(withFiles) } }),
    ),
    test(
      'FileReferences',
      'add_file: the record has no fields',
      addFile({ record: { ...record, data: json({ title: 'Mail' }) } }),
    ),
    test(
      'Normal',
      'add_file: no bytes and no media type',
      addFile({ file: { name: 'empty', title: 'empty', lastModified: 0, content: '' } }),
    ),
    ...badPoints(owner).map(({ flag, comment, point }) =>
      invalid(flag, `create_secret: the owner's key: ${comment}`, 'point-invalid', {
        from,
        ...create({ ownerPublicKey: toHex(point) }),
      }),
    ),
  ];
}

const sealed = (label: string, length: number): string => b64url(bytes(`command sealed ${label}`, length));
const wrapped = (label: string): string => b64(bytes(`command wrapped ${label}`, 125));

const PAYLOADS: Readonly<Record<string, Fields>> = {
  get_secret: { ...from, requestedRecords: [recordUid], requestedFolders: [folderUid], requestLinks: true },
  get_folders: { ...from },
  update_secret: {
    ...from,
    recordUid,
    data: sealed('update', 80),
    revision: 41,
    transactionType: 'rotation',
    links2Remove: [fileUid],
  },
  finalize_secret_update: { ...from, recordUid },
  rollback_secret_update: { ...from, recordUid },
  create_secret: {
    ...from,
    recordUid,
    recordKey: wrapped('record'),
    folderUid,
    folderKey: b64(bytes('command wrap', 60)),
    data: sealed('create', 90),
    subFolderUid: innerUid,
  },
  delete_secret: { ...from, recordUids: [recordUid, otherUid] },
  create_folder: {
    ...from,
    folderUid: innerUid,
    sharedFolderUid: folderUid,
    sharedFolderKey: sealed('folder key', 64),
    data: sealed('folder', 48),
    parentUid: uid('command parent'),
  },
  update_folder: { ...from, folderUid, data: sealed('rename', 48) },
  delete_folder: { ...from, folderUids: [folderUid], forceDeletion: true },
  add_file: {
    ...from,
    fileRecordUid: fileUid,
    fileRecordKey: wrapped('file'),
    fileRecordData: sealed('description', 100),
    ownerRecordUid: recordUid,
    ownerRecordData: sealed('owner', 120),
    ownerRecordRevision: 41,
    linkKey: b64(bytes('command link', 60)),
    fileSize: 78,
  },
};

function readTests(): TestDefinition[] {
  const payload = (command: string, changes: Fields = {}): TestDefinition['inputs'] => ({
    command,
    payload: { ...PAYLOADS[command], ...changes },
  });
  const missing = (command: string, name: string): TestDefinition =>
    invalid('MissingField', `${command}: ${name} is missing`, 'field-missing', payload(command, { [name]: undefined }));
  const wrongType = (command: string, name: string, value: unknown): TestDefinition =>
    invalid('WrongType', `${command}: ${name} is ${json(value)}`, 'field-invalid', payload(command, { [name]: value }));
  const badUid = (command: string, name: string, value: string): TestDefinition =>
    invalid('InvalidUid', `${command}: ${name} is ${json(value)}`, 'uid-invalid', payload(command, { [name]: value }));
  const badBase64 = (command: string, name: string, value: string): TestDefinition =>
    invalid(
      'InvalidBase64',
      `${command}: ${name} is ${json(value)}`,
      'base64-invalid',
      payload(command, { [name]: value }),
    );
  return [
    ...Object.keys(PAYLOADS).map((command) => valid('Normal', command, payload(command))),
    valid(
      'AbsentMembers',
      'get_secret: no filter',
      payload('get_secret', { requestedRecords: undefined, requestedFolders: null, requestLinks: undefined }),
    ),
    valid(
      'AbsentMembers',
      'update_secret: no transactionType means general',
      payload('update_secret', { transactionType: undefined, links2Remove: undefined }),
    ),
    valid('AbsentMembers', 'create_secret: an empty subFolderUid', payload('create_secret', { subFolderUid: '' })),
    valid('AbsentMembers', 'create_folder: a null parentUid', payload('create_folder', { parentUid: null })),
    valid('AbsentMembers', 'delete_folder: no forceDeletion', payload('delete_folder', { forceDeletion: undefined })),
    valid('PeerSpellings', 'get_secret: requestLinks is 1', payload('get_secret', { requestLinks: 1 })),
    valid(
      'PeerSpellings',
      'update_secret: data in base64 with padding',
      payload('update_secret', { data: b64(bytes('command sealed update', 80)) }),
    ),
    valid(
      'PeerSpellings',
      'update_secret: a UID that begins with a hyphen',
      payload('update_secret', { recordUid: `-${recordUid.slice(1)}` }),
    ),
    valid('PeerSpellings', 'update_secret: members that nobody knows', payload('update_secret', { future: { a: 1 } })),
    missing('update_secret', 'recordUid'),
    missing('update_secret', 'data'),
    missing('update_secret', 'revision'),
    missing('finalize_secret_update', 'recordUid'),
    missing('rollback_secret_update', 'recordUid'),
    missing('create_secret', 'recordKey'),
    missing('create_secret', 'folderUid'),
    missing('create_secret', 'folderKey'),
    missing('delete_secret', 'recordUids'),
    missing('create_folder', 'sharedFolderUid'),
    missing('create_folder', 'sharedFolderKey'),
    missing('update_folder', 'data'),
    missing('delete_folder', 'folderUids'),
    missing('add_file', 'ownerRecordRevision'),
    missing('add_file', 'linkKey'),
    missing('add_file', 'fileSize'),
    wrongType('get_secret', 'requestedRecords', recordUid),
    wrongType('get_secret', 'requestedRecords', [7]),
    wrongType('get_secret', 'requestLinks', 'yes'),
    wrongType('update_secret', 'revision', '41'),
    wrongType('update_secret', 'revision', 41.5),
    wrongType('update_secret', 'recordUid', 7),
    wrongType('update_secret', 'data', { title: 'unsealed' }),
    wrongType('update_secret', 'links2Remove', fileUid),
    invalid(
      'UnknownTransaction',
      'update_secret: a transaction that nobody knows',
      'field-invalid',
      payload('update_secret', { transactionType: 'commit' }),
    ),
    invalid(
      'UnknownTransaction',
      'update_secret: in upper case',
      'field-invalid',
      payload('update_secret', { transactionType: 'ROTATION' }),
    ),
    wrongType('delete_secret', 'recordUids', recordUid),
    wrongType('delete_secret', 'recordUids', [recordUid, null]),
    wrongType('delete_folder', 'forceDeletion', 'true'),
    wrongType('delete_folder', 'folderUids', { 0: folderUid }),
    wrongType('add_file', 'fileSize', '78'),
    wrongType('add_file', 'fileSize', 1e300),
    badUid('update_secret', 'recordUid', ''),
    badUid('update_secret', 'recordUid', `${recordUid}==`),
    badUid('update_secret', 'recordUid', recordUid.slice(0, 21)),
    badUid('update_secret', 'recordUid', `${recordUid}A`),
    badUid('update_secret', 'recordUid', `${recordUid.slice(0, -1)}B`),
    badUid('create_secret', 'recordUid', '../../../../etc/passwd'),
    badUid('create_secret', 'subFolderUid', 'inner'),
    badUid('create_folder', 'parentUid', 'root'),
    badUid('add_file', 'ownerRecordUid', toHex(bytes('uid in hexadecimal', 16))),
    badBase64('update_secret', 'data', 'a'),
    badBase64('update_secret', 'data', 'AAA*'),
    badBase64('create_secret', 'recordKey', 'AAAA\nAAAA'),
    badBase64('create_secret', 'folderKey', 'AAB='),
    badBase64('create_folder', 'sharedFolderKey', 'AAAA='),
    badBase64('add_file', 'linkKey', '"'),
  ];
}

function ownerKeyTests(): TestDefinition[] {
  const key = bytes('command owned key', 32);
  const wrap = (plaintext: Uint8Array, recipient = owner.publicKey): Uint8Array =>
    ecies({
      recipient,
      ephemeral: pair('command owned ephemeral'),
      nonce: bytes('command owned nonce', 12),
      plaintext,
    });
  const good = wrap(key);
  const inputs = (value: Uint8Array, kind = 'record'): TestDefinition['inputs'] => ({ kind, wrapped: b64(value) });
  return [
    valid('Normal', "a record's key", inputs(good)),
    valid('Normal', "a file's key", inputs(good, 'file')),
    ...[0, 16, 31, 33].map((length) =>
      invalid(
        'WrongKeyLength',
        `${length} bytes are wrapped`,
        'length-invalid',
        inputs(wrap(bytes('command owned key', length))),
      ),
    ),
    invalid(
      'WrongRecipient',
      'wrapped to another public key',
      'open-failed',
      inputs(wrap(key, pair('command stranger').publicKey)),
    ),
    invalid('ModifiedKey', 'a bit is flipped', 'open-failed', inputs(flip(good, 90))),
    invalid('ModifiedKey', 'a byte behind it', 'open-failed', inputs(concat(good, Uint8Array.of(0)))),
    invalid('TruncatedMessage', 'the ephemeral point alone', 'message-too-short', inputs(good.slice(0, 65))),
    invalid(
      'WrongWrapping',
      "AES-GCM under the owner's private key in place of ECIES",
      'message-too-short',
      inputs(gcm(owner.privateKey, bytes('command owned', 12), key)),
    ),
    ...badPoints(owner)
      .filter(({ point }) => point.length === 65)
      .map(({ flag, comment, point }) =>
        invalid(flag, `ephemeral point: ${comment}`, 'point-invalid', inputs(concat(point, good.subarray(65)))),
      ),
  ];
}

function deleteTests(): TestDefinition[] {
  const uids = [recordUid, otherUid];
  const ok = { recordUid, responseCode: 'ok' };
  const answer = (...records: readonly unknown[]): TestDefinition['inputs'] => ({ uids, answer: { records } });
  return [
    valid('Normal', 'both were deleted', answer(ok, { recordUid: otherUid, responseCode: 'ok' })),
    valid(
      'Normal',
      'in another order, the code in upper case',
      answer({ recordUid: otherUid, responseCode: 'OK' }, ok),
    ),
    valid('Normal', 'folders', { uids: [folderUid], answer: { folders: [{ folderUid, responseCode: 'ok' }] } }),
    partly(
      'RefusedDeletion',
      'one was refused',
      answer(ok, { recordUid: otherUid, responseCode: 'access_denied', errorMessage: 'not permitted' }),
    ),
    partly(
      'RefusedDeletion',
      'both were refused',
      answer({ recordUid, responseCode: 'not_found' }, { recordUid: otherUid, responseCode: 'not_found' }),
    ),
    partly('SilentDeletion', 'the answer says nothing of one', answer(ok)),
    partly('SilentDeletion', 'the answer is empty', { uids, answer: {} }),
    partly(
      'SilentDeletion',
      'the answer names another record',
      answer(ok, { recordUid: uid('command third'), responseCode: 'ok' }),
    ),
    partly('SilentDeletion', 'no responseCode', answer(ok, { recordUid: otherUid })),
    partly('SilentDeletion', 'an entry that is no object', answer(ok, otherUid)),
    invalid(
      'WrongType',
      'responseCode is a number',
      'field-invalid',
      answer(ok, { recordUid: otherUid, responseCode: 200 }),
    ),
  ];
}

function uploadTests(): TestDefinition[] {
  const answer = {
    url: 'https://upload.example.com/',
    parameters: json({ key: 'a/b', policy: 'cA==' }),
    successStatusCode: 204,
  };
  const inputs = (changes: Fields = {}): TestDefinition['inputs'] => ({ answer: { ...answer, ...changes } });
  return [
    valid('Normal', 'form fields', inputs()),
    valid('Normal', 'no form fields', inputs({ parameters: '{}' })),
    valid(
      'PeerSpellings',
      'form fields that are numbers and booleans',
      inputs({ parameters: json({ a: 7, b: true }) }),
    ),
    invalid('MissingField', 'no url', 'field-missing', inputs({ url: undefined })),
    invalid('WrongType', 'url is a number', 'field-invalid', inputs({ url: 7 })),
    invalid('WrongType', 'successStatusCode is text', 'field-invalid', inputs({ successStatusCode: '204' })),
    invalid('MissingField', 'no successStatusCode', 'field-missing', inputs({ successStatusCode: undefined })),
    invalid('NotJson', 'parameters is no JSON', 'json-invalid', inputs({ parameters: 'key=a' })),
  ];
}

export const writeCommandsFile: FileDefinition = {
  file: 'write-commands.json',
  algorithm: 'Commands of device requests',
  header: [
    'CommandBuild: a client builds the payload of a command. The order of members in a payload is free.',
    'CommandRead: a server reads a payload, after its signature was checked.',
    "OwnerKeyOpen: the application's owner opens the key of a record or file that a client made.",
    'DeleteResults, UploadTarget: a client reads what was answered to delete_secret, delete_folder and add_file.',
    'In an invalid test of DeleteResults at least one UID was not deleted.',
  ],
  notes: {
    Normal: note('BASIC', 'An ordinary command.'),
    FirstRequest: note('FUNCTIONALITY', 'The payload brings the public key that the client is bound by.'),
    FileReferences: note('FUNCTIONALITY', "The record's field fileRef follows what happens to its files."),
    Unicode: note('FUNCTIONALITY', 'Text outside ASCII.'),
    HyphenUid: note(
      'EDGE_CASE',
      'A UID must not begin with a hyphen: the highest bit of its first byte is cleared then. Command lines would take it for an option.',
    ),
    AbsentMembers: note('FUNCTIONALITY', 'Members that are optional are absent, null or empty.'),
    PeerSpellings: note('FUNCTIONALITY', 'A spelling that peers in the field use.'),
    MissingField: note('MISSING_STEP', 'A member is missing that nothing can do without.'),
    WrongType: note('MODIFIED_PARAMETER', 'A member has another type than it should.'),
    UnknownTransaction: note('MODIFIED_PARAMETER', 'transactionType is neither general nor rotation.'),
    InvalidUid: note('MODIFIED_PARAMETER', 'The UID is not 16 bytes in base64url, in their one spelling.'),
    InvalidBase64: note('MODIFIED_PARAMETER', 'The value is no base64.'),
    NotJson: note('MODIFIED_PARAMETER', 'The text is no JSON.'),
    WrongKeyLength: note('WEAK_PARAMS', 'The wrapped key is not 32 bytes long.'),
    WrongRecipient: note('AUTH_BYPASS', 'The key was wrapped to another public key.'),
    ModifiedKey: note('AUTH_BYPASS', 'The wrapped key was changed after it was sealed.'),
    TruncatedMessage: note('MODIFIED_PARAMETER', 'Bytes are missing at the end.'),
    WrongWrapping: note('WRONG_PRIMITIVE', 'The key was wrapped by other means than ECIES.'),
    RefusedDeletion: note(
      'MISSING_STEP',
      'The server refused to delete something.',
      'Clients have reported success all the same.',
    ),
    SilentDeletion: note('MISSING_STEP', 'The answer does not say that a UID was deleted. Silence is not success.'),
    ...INVALID_POINT_NOTES,
  },
  groups: [
    { type: 'CommandBuild', shared: {}, tests: buildTests() },
    { type: 'CommandRead', shared: {}, tests: readTests() },
    { type: 'OwnerKeyOpen', shared: { owner: hexPair(owner) }, tests: ownerKeyTests() },
    { type: 'DeleteResults', shared: {}, tests: deleteTests() },
    { type: 'UploadTarget', shared: {}, tests: uploadTests() },
  ],
};
