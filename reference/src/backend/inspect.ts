import type { SeenAccountRequest } from './account-service.js';
import type { SeenRequest } from './device-service.js';

/** What of a payload is meant for the server. Everything else in it is shown as a length. */
const READABLE = new Set([
  'clientVersion',
  'fileRecordUid',
  'fileSize',
  'folderUid',
  'folderUids',
  'forceDeletion',
  'links2Remove',
  'ownerRecordRevision',
  'ownerRecordUid',
  'parentUid',
  'recordUid',
  'recordUids',
  'requestLinks',
  'requestedFolders',
  'requestedRecords',
  'revision',
  'sharedFolderUid',
  'subFolderUid',
  'transactionType',
]);
const LONGEST_VALUE = 200;
const LONGEST_LINE = 2000;

/**
 * What the server saw of a request, for a person to read: which fields it can read, and how long the others are.
 * No more, although the caller holds more: no ciphertext, no keys, and nothing that a terminal would act on.
 */
export function describeRequest(seen: SeenRequest): string {
  const { command, status, resultCode, address, requestBytes, answerBytes, clientId, payload, answer } = seen;
  const outcome = resultCode === undefined ? `${status}` : `${status} ${resultCode}`;
  const who = clientId === undefined ? 'a client it does not know' : `client ${clientId.slice(0, 8)}…`;
  const lines = [
    `${command} from ${who} at ${address}: ${outcome}, ${requestBytes} bytes in, ${answerBytes} bytes out`,
  ];
  const read: string[] = [];
  const unread: string[] = [];
  for (const [key, value] of Object.entries(payload ?? {})) {
    if (key === 'clientId') continue;
    if (key === 'publicKey') read.push('publicKey (the device’s, to be registered)');
    else if (READABLE.has(key)) read.push(`${key} ${shorten(JSON.stringify(value ?? null), LONGEST_VALUE)}`);
    else unread.push(`${key} ${lengthOf(value)}`);
  }
  if (read.length > 0) lines.push(`  it reads: ${read.join(', ')}`);
  if (unread.length > 0) lines.push(`  it cannot read: ${unread.join(', ')}`);
  const answered = describeAnswer(answer);
  if (answered) lines.push(`  it answers: ${answered}`);
  return lines.map((line) => printable(shorten(line, LONGEST_LINE))).join('\n');
}

/** What the server saw of an account request, on one line, for a person to read. */
export function describeAccountRequest(seen: SeenAccountRequest): string {
  const { path, command, transport, username, address, status, resultCode, requestBytes, answerBytes } = seen;
  const outcome = resultCode === undefined ? `${status}` : `${status} ${resultCode}`;
  const what = command === undefined ? path : `${path} ${command}`;
  const who = username === undefined ? 'someone without a session' : `the account ${username}`;
  const how = transport === undefined ? 'not opened' : `sealed in ${transport === 'ec' ? 'EC' : 'hybrid'} mode`;
  const line = `${what} from ${who} at ${address}, ${how}: ${outcome}, ${requestBytes} bytes in, ${answerBytes} bytes out`;
  return printable(shorten(line, LONGEST_LINE));
}

function describeAnswer(answer: SeenRequest['answer']): string {
  const parts: string[] = [];
  const count = (key: string, what: string): void => {
    const list = answer?.[key];
    if (Array.isArray(list) && list.length > 0) parts.push(`${list.length} ${what}${list.length === 1 ? '' : 's'}`);
  };
  if (answer?.['encryptedAppKey'] !== undefined) parts.push("the application's key, sealed to the one-time token");
  count('records', 'record');
  count('folders', 'folder');
  if (answer?.['url'] !== undefined) parts.push('where to upload the content');
  return parts.join(', ');
}

const lengthOf = (value: unknown): string =>
  typeof value === 'string' ? `(${value.length} characters)` : `(${typeof value})`;

const shorten = (text: string, longest: number): string =>
  text.length > longest ? `${text.slice(0, longest)}…` : text;

/** A client chooses what stands in its payload: it must not reach the terminal as escape sequences. */
const printable = (text: string): string => text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '�');
