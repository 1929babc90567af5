import type { GroupType } from '../runner/run.js';
import { ACCOUNT_SCHEMAS } from './schema-account.js';
import { KEY_SCHEMAS } from './schema-keys.js';
import { PAIRING_SCHEMAS } from './schema-pairing.js';
import { flag, hex, list, map, number, object, oneOf, orNull, text, whole, type Schema } from './schema-parts.js';

/* The JSON Schema of the files: schema.json is written from here. */

const base64 = (description: string): Schema => ({
  type: 'string',
  pattern: '^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$',
  description,
});
const nonce = (what: string): Schema => hex(`Nonce of ${what}.`, 12);
const iv = (what: string): Schema => hex(`Initialization vector of ${what}.`, 16);
const point = (description: string): Schema => hex(`${description} An uncompressed point.`, 65);
const scalar = (description: string): Schema => hex(`${description} A P-256 scalar.`, 32);

const uid = text('A UID: 16 bytes in base64url.');
const keyPair = (description: string): Schema =>
  object({ privateKey: scalar('The private key.'), publicKey: point('Its public half.') }, description);
const serverKeyPair = object(
  {
    id: whole('What PublicKeyId names it by.'),
    privateKey: scalar('The private key.'),
    publicKey: point('Its public half.'),
  },
  'A server key.',
);
const serverKeys = list(serverKeyPair, 'The server keys that the server has.');
const clients = list(
  object({
    clientId: base64('The client id.'),
    publicKey: orNull(hex('The registered public key, an uncompressed point; null when none is registered yet.', 65)),
  }),
  'The clients that the server knows.',
);
const headers = (description: string): Schema => ({
  type: 'object',
  additionalProperties: { type: 'string' },
  description,
});
const body = hex('The body of the request.');
const wireRequest = {
  headers: headers('The HTTP headers of the request.'),
  body,
};
const sealing = {
  serverKeyId: number('The id of the server key.'),
  serverPublicKey: hex("The server's public key."),
  transmissionKey: hex('The transmission key.', 32),
  ephemeralPrivateKey: scalar('The private half of the ephemeral key.'),
  wrapNonce: nonce('the wrapped transmission key'),
  payloadNonce: nonce('the payload'),
};
const payloadText = text('The payload before it is encrypted, as UTF-8.');
const fullHeaders = object(
  {
    'Content-Type': text('application/octet-stream.'),
    PublicKeyId: text('The id of the server key.'),
    TransmissionKey: base64('The wrapped transmission key.'),
    Authorization: text('The scheme Signature and base64 of the DER signature over the wrapped key and the body.'),
  },
  'The HTTP headers.',
);
const builtRequest = object({ headers: fullHeaders, body });
const errorAnswer = {
  status: whole('The HTTP status.'),
  'bodyText?': text('The body as text.'),
  'body?': hex('The body, where it is no text.'),
  'retryAfter?': text('The header Retry-After.'),
  'now?': whole('Milliseconds since 1970, to read a date in Retry-After against.'),
};
const issuedClient = object(
  {
    clientId: base64('The client id.'),
    encryptedApplicationKey: base64("The application's key under the token's."),
    lockAddress: flag('Whether the client is served at its first address alone.'),
    firstAccessExpiresOn: orNull(whole('Until when the token may be spent, in milliseconds since 1970.')),
    accessExpiresOn: orNull(whole('Until when the client is served, in milliseconds since 1970.')),
  },
  'The client as the server keeps it before anything happened.',
);
const tokenKey = object({ id: whole('Its id.'), publicKey: hex('The point.') }, 'A server key that the token brings.');
const clientState = oneOf(
  ['new', 'generating', 'storing-token', 'requesting', 'opening', 'storing-key', 'confirming', 'bound', 'failed'],
  'Where the client stands after the step.',
);
const serverState = oneOf(['issued', 'delivered', 'bound'], 'Where the server stands after the step.');
const effect = {
  type: 'object',
  required: ['type'],
  properties: { type: { type: 'string' } },
  description: 'What the client does: its type, and hexadecimal bytes or the code of an error.',
};
const decision = {
  decision: oneOf(['serve', 'refuse'], 'What the server does.'),
  'encryptedApplicationKey?': orNull(base64("The application's key, where it is handed out.")),
  'code?': text('Why it refuses.'),
};
const failures = list(
  object({
    kind: oneOf(['application', 'folder', 'record', 'file'], 'What did not open.'),
    uid: text('Its UID as the server wrote it; empty where there is none.'),
    parentUid: orNull(text('The folder of a record, the parent of a folder, the record of a file.')),
    code: text("Why, as this library says it. Other implementations' words may differ."),
  }),
  'What did not open.',
);
const applicationKey = hex("The application's key.", 32);
const sealedRecord = object({
  uid,
  key: hex("The record's key.", 32),
  wrapNonce: nonce('the wrapped key'),
  data: text('The JSON text that is sealed.'),
  dataNonce: nonce('the data'),
  revision: whole('Goes into the answer.'),
  isEditable: flag('Goes into the answer.'),
  'innerFolderUid?': text('Goes into the answer.'),
  'files?': list(
    object({
      uid,
      key: hex("The file's key.", 32),
      wrapNonce: nonce('the wrapped key'),
      name: text('Of the description: {name, title, size, lastModified, type}, in this order.'),
      title: text('Of the description.'),
      'type?': text('Of the description.'),
      lastModified: whole('Of the description: milliseconds since 1970.'),
      descriptionNonce: nonce('the description'),
      content: hex('The file itself.'),
      contentNonce: nonce('the content'),
      url: text('Goes into the answer.'),
    }),
    'The files of the record.',
  ),
});
const recordWithKey = (more: Readonly<Record<string, Schema>> = {}): Schema =>
  object({ uid, key: hex("The record's key.", 32), revision: whole('The revision that is changed.'), ...more });
const folderWithKey = object({ uid, key: hex("The folder's key.", 32) });

interface GroupSchema {
  readonly description: string;
  readonly shared?: Readonly<Record<string, Schema>>;
  readonly inputs: Readonly<Record<string, Schema>>;
  readonly expected: Readonly<Record<string, Schema>>;
}

const keyDerivation = oneOf(
  ['sha256', 'hkdf'],
  'sha256: SHA-256(Z || info). hkdf: HKDF-SHA-256 of Z with an empty salt and info.',
);

/** What the members of each type of group, of its tests and of what they expect are. */
export const GROUP_SCHEMAS: Readonly<Record<GroupType, GroupSchema>> = {
  EciesSeal: {
    description: 'Seal a message to a public key.',
    shared: { keyDerivation },
    inputs: {
      recipientPublicKey: hex("The recipient's public key."),
      info: hex('The context.'),
      ephemeralPrivateKey: scalar('The private half of the ephemeral key.'),
      nonce: nonce('the message'),
      plaintext: hex('The message.'),
    },
    expected: { sealed: hex('ephemeral point(65) || nonce(12) || ciphertext || tag(16).') },
  },
  EciesOpen: {
    description: 'Open a sealed message.',
    shared: { keyDerivation, recipient: keyPair("The recipient's keys.") },
    inputs: { info: hex('The context.'), sealed: hex('The sealed message.') },
    expected: { plaintext: hex('The message.') },
  },
  PublishedServerKey: {
    description: 'Look up a published server key.',
    inputs: { serverKeyId: whole('The id.') },
    expected: { publicKey: text('The uncompressed point in base64url, as it is published.') },
  },
  TransmissionKeyWrap: {
    description: 'Wrap a transmission key and encrypt a payload under it.',
    inputs: { ...sealing, payload: payloadText },
    expected: {
      headers: object({ PublicKeyId: text('The id of the server key.'), TransmissionKey: base64('The wrapped key.') }),
      body,
    },
  },
  TransmissionKeyUnwrap: {
    description: 'Unwrap a transmission key, open the payload, and seal an answer under the same key.',
    shared: { serverKeys },
    inputs: {
      ...wireRequest,
      answerNonce: nonce('the answer'),
      answer: text('The answer before it is encrypted, as UTF-8.'),
    },
    expected: { payload: map('The payload.'), sealedAnswer: hex('The sealed answer.') },
  },
  DeviceRequestBuild: {
    description: 'Build and sign a device request.',
    inputs: { ...sealing, devicePrivateKey: hex("The device's private key.", 32), payload: payloadText },
    expected: { headers: fullHeaders, body },
  },
  DeviceRequestOpen: {
    description: 'Open a device request and check its signature.',
    shared: { serverKeys, clients },
    inputs: { ...wireRequest, 'maximumBytes?': whole('How long a body the server takes, in bytes.') },
    expected: {
      clientId: base64('The client id, in base64 with padding.'),
      payload: map('The payload.'),
      publicKey: orNull(hex('The public key that the payload brought.', 65)),
      registered: flag('Whether a registered key signed; else the one that was brought.'),
    },
  },
  DeviceRequestReplay: {
    description: 'Admit one request after the other. In an invalid test the last one is refused.',
    shared: {
      serverKeys,
      clients,
      windowMilliseconds: whole('How long a request is remembered.'),
      capacity: whole('How many requests are remembered.'),
    },
    inputs: {
      'capacity?': whole('Overrides that of the group.'),
      requests: list(object({ now: whole('Milliseconds since 1970.'), ...wireRequest }), 'The requests in order.'),
    },
    expected: { admitted: whole('How many were admitted.') },
  },
  AnswerSeal: {
    description: 'Seal an answer of status 200.',
    inputs: {
      transmissionKey: hex('The transmission key of the request.', 32),
      nonce: nonce('the answer'),
      answer: text('The answer before it is encrypted, as UTF-8.'),
    },
    expected: { body: hex('The body of the answer.') },
  },
  AnswerOpen: {
    description: 'Open the body of an answer of status 200.',
    shared: { transmissionKey: hex('The transmission key of the request.', 32) },
    inputs: { body: hex('The body.'), 'maximumBytes?': whole('How long a body the client takes, in bytes.') },
    expected: { answer: hex('The answer. Empty for an empty body.') },
  },
  ErrorAnswer: {
    description: 'Read an answer of another status. Every test is valid: reading one never fails.',
    inputs: errorAnswer,
    expected: {
      action: oneOf(
        ['switch-key', 'wait', 'switch-region', 'register-device', 'give-up'],
        'What the answer tells the client to do.',
      ),
      'serverKeyId?': whole('Of switch-key: which key.'),
      'retryAfterMilliseconds?': orNull(number('Of wait: how long; null when it is left to the client.')),
      'host?': text('Of switch-region: which host.'),
      'resultCode?': text("Of give-up: the server's code."),
      'message?': text("Of give-up: the server's words, at most 1,000 UTF-16 units, control characters as spaces."),
    },
  },
  RequestLoop: {
    description: 'Do what one answer after the other says. In an invalid test the request fails in the end.',
    shared: { knownServerKeys: list(whole('An id.'), 'The server keys that the client has.') },
    inputs: {
      host: text('Where the request was sent.'),
      serverKeyId: whole('The server key it was sent with.'),
      customServerKey: flag('Whether the caller pinned that key.'),
      workingKeyId: orNull(whole('The newest server key that has worked before.')),
      'allowedHosts?': list(text('A host.'), 'Where a redirect may lead; the hosts of the regions when absent.'),
      answers: list(
        object({ ...errorAnswer, random: number('At least 0 and below 1; spreads the waits.') }),
        'The answers in order.',
      ),
    },
    expected: {
      effects: list(
        object({
          type: oneOf(['deliver', 'send', 'fail'], 'What the client does next.'),
          'host?': text('Of send: where.'),
          'serverKeyId?': whole('Of send: with which key.'),
          'afterMilliseconds?': whole('Of send: how long to wait first: the wait times 0.75 + random / 2, rounded.'),
          'code?': text('Of fail: why.'),
        }),
        'One effect for each answer.',
      ),
    },
  },
  OneTimeTokenRead: {
    description: 'Read a one-time token.',
    inputs: { token: text('The token.'), 'host?': text('The host that is given beside it.') },
    expected: {
      host: text('Where to bind.'),
      clientId: base64('The client id.'),
      clientKey: hex('The secret.', 32),
      serverKey: { ...tokenKey, type: ['object', 'null'] },
    },
  },
  OneTimeTokenMake: {
    description: 'Write a one-time token.',
    inputs: {
      host: text("A region's name or a host."),
      secret: hex('The secret.', 32),
      'serverKey?': tokenKey,
    },
    expected: { token: text('The token.'), host: text('Where to bind.'), clientId: base64('The client id.') },
  },
  ClientId: {
    description: 'Derive the client id of a secret.',
    inputs: { clientKey: hex('The secret.') },
    expected: { clientId: base64('HMAC-SHA-512 of the label under the secret.') },
  },
  BindingClient: {
    description: "A client's steps. Each event has one effect; the step of an invalid test fails or is an error.",
    inputs: {
      expectedOwner: orNull(hex("The application owner's public key, when the caller knows it.", 65)),
      events: list(
        { type: 'object', required: ['type'], properties: { type: { type: 'string' } } },
        'What happens, in order. Bytes are hexadecimal; base64 stays what it is.',
      ),
    },
    expected: {
      steps: list(object({ at: clientState, effects: list(effect, 'What the client does.') }), 'One for each event.'),
    },
  },
  BindingServer: {
    description: "A server's decisions about the requests of one client, whose signatures were checked before.",
    inputs: {
      client: issuedClient,
      requests: list(
        object({
          command: text('The command.'),
          publicKey: orNull(base64('The public key that the payload brings.')),
          address: text('Where it comes from.'),
          now: whole('Milliseconds since 1970.'),
        }),
        'The requests in order.',
      ),
    },
    expected: {
      steps: list(object({ at: serverState, ...decision }), 'One for each request.'),
      publicKey: orNull(base64('The public key that is registered in the end.')),
      address: orNull(text('The address that came first.')),
    },
  },
  BindingTranscript: {
    description: 'A whole binding: both ends, and every message between them.',
    inputs: {
      token: text('The one-time token.'),
      devicePrivateKey: scalar('The key that the device makes.'),
      expectedOwner: orNull(hex("The application owner's public key, when the client knows it.", 65)),
      serverKey: serverKeyPair,
      client: issuedClient,
      ownerPublicKey: hex("The application owner's public key, as the server hands it out."),
      applicationData: hex("The sealed description of the application; the server's answers hold it as appData."),
      exchanges: list(
        object({
          now: whole('Milliseconds since 1970, at the server.'),
          address: text('Where the request comes from.'),
          transmissionKey: sealing.transmissionKey,
          ephemeralPrivateKey: sealing.ephemeralPrivateKey,
          wrapNonce: sealing.wrapNonce,
          payloadNonce: sealing.payloadNonce,
          'answerNonce?': nonce('the answer, where there is one'),
          'lost?': flag('The answer does not arrive; the client starts over with what it has stored.'),
          'answerInstead?': text('What a hostile server answers: JSON text.'),
        }),
        'One for each request that the client sends.',
      ),
    },
    expected: {
      transcript: list(
        {
          anyOf: [
            object({ client: clientState, effect }, 'A step of the client.'),
            object(
              {
                request: builtRequest,
                server: serverState,
                ...decision,
                'answer?': hex('The body of the answer.'),
              },
              'A request, and what the server makes of it.',
            ),
          ],
        },
        'All that happens, in order.',
      ),
      applicationKey: orNull(hex("The application's key that the client has stored.", 32)),
      ownerPublicKey: orNull(hex("The owner's public key that the client has stored.", 65)),
    },
  },
  SecretsOpen: {
    description: 'Open an answer to get_secret.',
    shared: { applicationKey },
    inputs: {
      answer: text('The plaintext of the answer.'),
      'requestedRecords?': list(uid, 'The records that were asked for.'),
      'requireRecords?': list(uid, 'The records without which the whole is refused.'),
    },
    expected: {
      application: {
        ...map('The JSON that describes the application; null when it is not there or did not open.'),
        type: ['object', 'null'],
      },
      folders: list(object({ uid, key: hex("The folder's key.", 32) }), 'The shared folders that opened.'),
      records: list(
        object({
          uid: text("The UID; empty for the application's own record, which may have none."),
          folderUids: list(uid, 'The shared folders it lies in.'),
          innerFolderUid: orNull(text('The folder inside the shared folder.')),
          revision: whole('0 when the answer names none.'),
          isEditable: flag('False when the answer does not say.'),
          wrappedBy: oneOf(['application', 'folder', 'none'], "Which key wrapped the record's."),
          key: hex("The record's key.", 32),
          data: map("The record's JSON."),
          files: list(
            object({
              uid,
              key: hex("The file's key.", 32),
              description: map('The JSON that describes the file.'),
              url: orNull(text('Where the sealed content is.')),
              thumbnailUrl: orNull(text('Where the sealed thumbnail is.')),
            }),
            'The files that opened.',
          ),
          links: list(
            object({
              recordUid: text('The other record.'),
              data: orNull(text('As sent.')),
              path: orNull(text('As sent.')),
            }),
            'Links to other records.',
          ),
        }),
        'The records that opened, in the order of the answer: flat ones first.',
      ),
      failed: failures,
      missing: list(uid, 'Records that were asked for and are in the answer in no form.'),
      expiresOn: orNull(whole('When access ends, in milliseconds since 1970; null when it does not.')),
      warnings: list(text('A warning.'), 'As sent.'),
    },
  },
  SecretsSeal: {
    description: 'Seal what get_secret answers.',
    shared: { applicationKey },
    inputs: {
      application: object({ data: text('The JSON text that is sealed.'), nonce: nonce('appData') }),
      folders: list(
        object({
          uid,
          key: hex("The folder's key.", 32),
          wrapNonce: nonce('the wrapped key'),
          records: list(sealedRecord, 'The records in it.'),
        }),
        'The shared folders.',
      ),
      records: list(sealedRecord, 'The records that are shared by themselves.'),
      expiresOn: whole('Goes into the answer.'),
      warnings: list(text('A warning.'), 'Go into the answer.'),
    },
    expected: {
      answer: map('The JSON of the answer.'),
      contents: { type: 'object', additionalProperties: hex('Sealed content.'), description: 'Sealed files by UID.' },
    },
  },
  FoldersOpen: {
    description: 'Open an answer to get_folders.',
    shared: { applicationKey },
    inputs: { answer: text('The plaintext of the answer.') },
    expected: {
      folders: list(
        object({
          uid,
          parentUid: orNull(text('Null for a shared folder.')),
          sharedFolderUid: text('The shared folder at the root of its parents.'),
          name: text('Its name.'),
          key: hex("The folder's key.", 32),
          keyAuthenticated: flag("Whether AES-GCM wrapped the folder's key."),
        }),
        'The folders that opened, in the order of the answer.',
      ),
      failed: failures,
    },
  },
  FoldersSeal: {
    description: 'Seal what get_folders answers.',
    shared: { applicationKey },
    inputs: {
      folders: list(
        object({
          uid,
          key: hex("The folder's key.", 32),
          wrapNonce: hex('12 bytes for AES-GCM, 16 for a folder inside another, whose key goes under AES-CBC.'),
          name: text('Sealed as {"name": ...}.'),
          nameIv: iv('the name'),
          'parentUid?': text('The parent; absent for a shared folder.'),
          'sharedFolderUid?': text('The shared folder at the root, whose key wraps this one.'),
        }),
        'The folders.',
      ),
    },
    expected: { answer: map('The JSON of the answer.') },
  },
  CommandBuild: {
    description: 'Build the payload of a command. Which members a test has depends on the command.',
    inputs: {
      from: object({ clientId: base64('The client id.'), clientVersion: text('What the client says it is.') }),
      command: text('The command.'),
      'publicKey?': point("get_secret: the device's public key."),
      'records?': list(uid, 'get_secret: the records that are asked for.'),
      'folders?': list(uid, 'get_secret: the folders that are asked for.'),
      'links?': flag('get_secret: whether to ask for links.'),
      'record?': {
        anyOf: [recordWithKey(), recordWithKey({ data: text('The JSON text of its data.') })],
        description: 'update_secret, add_file: the record that is changed.',
      },
      'data?': text('The JSON text that is sealed.'),
      'transaction?': oneOf(['general', 'rotation'], 'update_secret: how the change takes effect.'),
      'removeFiles?': list(uid, 'update_secret: the files that are removed.'),
      'recordUid?': text('finalize and rollback: the record.'),
      'recordUids?': list(uid, 'delete_secret: the records.'),
      'folderUids?': list(uid, 'delete_folder: the folders.'),
      'force?': flag('delete_folder: also what is not empty.'),
      'ownerPublicKey?': hex("create_secret, add_file: the application owner's public key."),
      'folder?': folderWithKey,
      'sharedFolder?': folderWithKey,
      'subFolderUid?': text('create_secret: a folder inside the shared folder.'),
      'parentUid?': text('create_folder: a folder inside the shared folder.'),
      'name?': text('create_folder, update_folder: sealed as {"name": ...}.'),
      'file?': object(
        {
          name: text('Of the description: {name, size, title, lastModified, type}, in this order.'),
          title: text('Of the description.'),
          'type?': text('Of the description.'),
          lastModified: whole('Of the description: milliseconds since 1970.'),
          content: hex('The file itself.'),
        },
        'add_file: the file.',
      ),
      'uidBytes?': hex('The random bytes of the new UID.', 16),
      'recordKey?': hex('The new key.', 32),
      'folderKey?': hex('The new key.', 32),
      'fileKey?': hex('The new key.', 32),
      'ephemeralPrivateKey?': scalar("The ephemeral key of ECIES to the owner's key."),
      'ownerNonce?': nonce('ECIES to the owner'),
      'folderNonce?': nonce("the record's key under the folder's"),
      'dataNonce?': nonce('the data'),
      'keyIv?': iv("the folder's key"),
      'dataIv?': iv("the folder's data"),
      'contentNonce?': nonce('the content of the file'),
      'descriptionNonce?': nonce('the description of the file'),
      'recordNonce?': nonce("the record's data"),
      'linkNonce?': nonce("the file's key under the record's"),
    },
    expected: {
      command: text('The last part of the path.'),
      payload: map('The payload before it is encrypted.'),
      'sealedContent?': hex('add_file: what is uploaded.'),
    },
  },
  CommandRead: {
    description: 'Read the payload of a command.',
    inputs: { command: text('The last part of the path.'), payload: map('The opened payload.') },
    expected: {
      command: text('The command.'),
      'requestedRecords?': { ...list(text('A UID.'), 'Null for all.'), type: ['array', 'null'] },
      'requestedFolders?': { ...list(text('A UID.'), 'Null for all.'), type: ['array', 'null'] },
      'requestLinks?': flag('Whether links are asked for.'),
      'recordUid?': uid,
      'recordUids?': list(text('A UID.'), 'The records.'),
      'folderUid?': uid,
      'folderUids?': list(text('A UID.'), 'The folders.'),
      'sharedFolderUid?': uid,
      'subFolderUid?': orNull(uid),
      'parentUid?': orNull(uid),
      'fileUid?': uid,
      'data?': hex('Sealed data.'),
      'recordData?': hex("add_file: the record's sealed data."),
      'description?': hex('add_file: the sealed description.'),
      'ownerRecordKey?': hex("create_secret: the record's key, wrapped to the owner."),
      'folderRecordKey?': hex("create_secret: the record's key under the folder's."),
      'ownerFileKey?': hex("add_file: the file's key, wrapped to the owner."),
      'recordFileKey?': hex("add_file: the file's key under the record's."),
      'folderKey?': hex("create_folder: the folder's key under the shared folder's."),
      'revision?': whole('The revision that the change was made on.'),
      'recordRevision?': whole('add_file: the same of the record.'),
      'transaction?': oneOf(['general', 'rotation'], 'How the change takes effect.'),
      'linksToRemove?': list(text('A UID.'), 'The files that are removed.'),
      'force?': flag('Whether folders that are not empty go too.'),
      'fileSize?': whole('Of the sealed content, in bytes.'),
    },
  },
  OwnerKeyOpen: {
    description: "Open a key that a client wrapped to the application owner's public key.",
    shared: { owner: keyPair("The owner's keys.") },
    inputs: { kind: oneOf(['record', 'file'], 'Whose key it is.'), wrapped: base64('The wrapped key.') },
    expected: { key: hex('The key.', 32) },
  },
  DeleteResults: {
    description: 'Read the answer to delete_secret or delete_folder. In an invalid test not everything was deleted.',
    inputs: { uids: list(uid, 'What was to be deleted.'), answer: map('The opened answer.') },
    expected: {
      results: list(
        object({
          uid,
          deleted: flag('Whether the answer says so.'),
          responseCode: text("The server's code; missing when the answer does not name the UID."),
          errorMessage: orNull(text("The server's words.")),
        }),
        'One for each UID.',
      ),
    },
  },
  UploadTarget: {
    description: 'Read the answer to add_file.',
    inputs: { answer: map('The opened answer.') },
    expected: {
      url: text('Where to post the content.'),
      parameters: { type: 'object', additionalProperties: { type: 'string' }, description: 'Form fields.' },
      successStatusCode: whole('The status that means success.'),
    },
  },
  ...ACCOUNT_SCHEMAS,
  ...KEY_SCHEMAS,
  ...PAIRING_SCHEMAS,
};

function groupSchema(type: string, group: GroupSchema): Schema {
  const { properties, required } = object(group.inputs) as {
    properties: Record<string, Schema>;
    required: readonly string[];
  };
  return object(
    {
      type: { const: type },
      source: object({ name: text('Who made the tests.'), version: text('With which version of the generator.') }),
      ...group.shared,
      tests: {
        type: 'array',
        minItems: 1,
        items: {
          type: 'object',
          $ref: '#/$defs/test',
          properties: { ...properties, expected: object(group.expected) },
          required,
          unevaluatedProperties: false,
        },
      },
    },
    group.description,
  );
}

/** The schema of all files. */
export function makeSchema(bugTypes: readonly string[]): Schema {
  const groups = Object.entries(GROUP_SCHEMAS);
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Test vectors of vaultwire',
    description: 'Bytes are lower-case hexadecimal unless a description says otherwise.',
    ...object({
      algorithm: text('What the file is about.'),
      schema: { enum: ['schema.json', '../schema.json'], description: 'Where this schema is, from the file.' },
      numberOfTests: { type: 'integer', minimum: 1, description: 'How many tests the file has.' },
      header: list(text('A line.'), 'What the groups of the file are.'),
      notes: {
        type: 'object',
        description: 'What each flag stands for.',
        additionalProperties: object({
          bugType: oneOf(bugTypes, 'What kind of mistake the flag finds.'),
          description: text('What it stands for.'),
          'effect?': text('What can follow from the mistake.'),
        }),
      },
      testGroups: {
        type: 'array',
        minItems: 1,
        description: 'The tests, by what is asked for.',
        items: {
          type: 'object',
          required: ['type'],
          properties: { type: { enum: groups.map(([type]) => type) } },
          allOf: groups.map(([type]) => ({
            if: { properties: { type: { const: type } } },
            then: { $ref: `#/$defs/${type}` },
          })),
        },
      },
    }),
    $defs: {
      test: {
        type: 'object',
        required: ['tcId', 'comment', 'flags', 'result'],
        properties: {
          tcId: { type: 'integer', minimum: 1, description: 'The number of the test in its file.' },
          comment: text('What the test is.'),
          flags: {
            type: 'array',
            items: { type: 'string' },
            minItems: 1,
            uniqueItems: true,
            description: 'See notes.',
          },
          result: oneOf(['valid', 'invalid', 'acceptable'], 'What an implementation must do: see the README.'),
          expected: map('What comes out.'),
          error: text("Of an invalid test that is refused as a whole: this library's code."),
        },
        oneOf: [
          { properties: { result: { const: 'valid' }, error: false }, required: ['expected'] },
          {
            properties: { result: { const: 'invalid' }, flags: { type: 'array', maxItems: 1 }, error: false },
            required: ['expected'],
          },
          {
            properties: { result: { const: 'invalid' }, flags: { type: 'array', maxItems: 1 }, expected: false },
            required: ['error'],
          },
          { properties: { result: { const: 'acceptable' }, error: false } },
        ],
      },
      ...Object.fromEntries(groups.map(([type, group]) => [type, groupSchema(type, group)])),
    },
  };
}
