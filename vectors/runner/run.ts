import { isVaultwireError } from 'vaultwire';
import type { CryptoSuite } from 'vaultwire/crypto';
import {
  accountRequestBuild,
  accountRequestLoop,
  accountRequestOpen,
  hybridOpen,
  hybridSeal,
  mlKemPem,
  routerAnswerOpen,
  routerUserOpen,
} from './account.js';
import {
  accountKeyPairMake,
  accountKeyPairOpen,
  alternateDataKeyOpen,
  alternateDataKeyWrap,
  authVerifierCheck,
  authVerifierMake,
  clientKeyOpen,
  clientKeyWrap,
  dataKeyOpen,
  deviceDataKeyOpen,
  deviceDataKeyWrap,
  domainKeyDerive,
  encryptionParamsMake,
  encryptionParamsOpen,
  keyShare,
  keyShareOpen,
  legacyKeyOpen,
  legacyKeyWrap,
  legacyRecordOpen,
  legacyRecordSeal,
  loginProofCheck,
  loginProofMake,
  pamConfigurationMake,
  pamConfigurationRead,
  rsaKeyShare,
  rsaKeyShareOpen,
  rsaPrivateKeyOpen,
  rsaPrivateKeySeal,
} from './account-keys.js';
import { bindingClient, bindingServer, bindingTranscript } from './binding.js';
import { fromHex, isHex, utf8 } from './bytes.js';
import { commandBuild, commandRead, deleteResults, ownerKeyOpen, uploadTarget } from './commands.js';
import type { Json, JsonMap, Outcome, VectorFile, VectorTest, Verdict } from './file.js';
import {
  answerOpen,
  answerSeal,
  clientId,
  deviceRequestBuild,
  deviceRequestOpen,
  deviceRequestReplay,
  eciesOpen,
  eciesSeal,
  errorAnswer,
  oneTimeTokenMake,
  oneTimeTokenRead,
  publishedServerKey,
  requestLoop,
  transmissionKeyUnwrap,
  transmissionKeyWrap,
} from './messages.js';
import {
  bluetoothReceive,
  bluetoothSplit,
  boxOpen,
  boxSeal,
  ciphertextMessageMake,
  comparisonCodeMake,
  gitContentMake,
  gitContentRead,
  keyHandleCheck,
  keyHandleMake,
  keyMessageMake,
  messageOpen,
  pairingAnswerMake,
  pairingAnswerRead,
  pairingComputer,
  pairingNames,
  pairingRequestMake,
  pairingRequestRead,
  pairingTranscript,
  qrTextMake,
  qrTextRead,
  sealedBoxMake,
  sealedBoxOpen,
  sessionBindRead,
  sshDataComplete,
  sshDataRead,
  sshDataSplit,
  sshPublicKeyRead,
  sshSignatureVerify,
  u2fAuthenticationInput,
  u2fAuthenticationMessage,
  u2fAuthenticationVerify,
  u2fRegistrationInput,
  u2fRegistrationMessage,
  u2fRegistrationVerify,
} from './pairing.js';
import { foldersOpen, foldersSeal, secretsOpen, secretsSeal } from './trees.js';

/**
 * What each type of test group asks of an implementation, done with the public entries of this library. An operation
 * gets the members of the group and of the test, and returns what comes out. It checks nothing itself: every refusal
 * is the library's.
 */
const OPERATIONS = {
  EciesSeal: eciesSeal,
  EciesOpen: eciesOpen,
  PublishedServerKey: publishedServerKey,
  TransmissionKeyWrap: transmissionKeyWrap,
  TransmissionKeyUnwrap: transmissionKeyUnwrap,
  DeviceRequestBuild: deviceRequestBuild,
  DeviceRequestOpen: deviceRequestOpen,
  DeviceRequestReplay: deviceRequestReplay,
  AnswerSeal: answerSeal,
  AnswerOpen: answerOpen,
  ErrorAnswer: errorAnswer,
  RequestLoop: requestLoop,
  OneTimeTokenRead: oneTimeTokenRead,
  OneTimeTokenMake: oneTimeTokenMake,
  ClientId: clientId,
  BindingClient: bindingClient,
  BindingServer: bindingServer,
  BindingTranscript: bindingTranscript,
  SecretsOpen: secretsOpen,
  SecretsSeal: secretsSeal,
  FoldersOpen: foldersOpen,
  FoldersSeal: foldersSeal,
  CommandBuild: commandBuild,
  CommandRead: commandRead,
  OwnerKeyOpen: ownerKeyOpen,
  DeleteResults: deleteResults,
  UploadTarget: uploadTarget,
  HybridSeal: hybridSeal,
  HybridOpen: hybridOpen,
  MlKemPem: mlKemPem,
  AccountRequestBuild: accountRequestBuild,
  AccountRequestOpen: accountRequestOpen,
  AccountRequestLoop: accountRequestLoop,
  RouterUserOpen: routerUserOpen,
  RouterAnswerOpen: routerAnswerOpen,
  EncryptionParamsMake: encryptionParamsMake,
  EncryptionParamsOpen: encryptionParamsOpen,
  AuthVerifierMake: authVerifierMake,
  AuthVerifierCheck: authVerifierCheck,
  LoginProofMake: loginProofMake,
  LoginProofCheck: loginProofCheck,
  DomainKeyDerive: domainKeyDerive,
  AlternateDataKeyWrap: alternateDataKeyWrap,
  AlternateDataKeyOpen: alternateDataKeyOpen,
  DeviceDataKeyWrap: deviceDataKeyWrap,
  DeviceDataKeyOpen: deviceDataKeyOpen,
  DataKeyOpen: dataKeyOpen,
  AccountKeyPairMake: accountKeyPairMake,
  AccountKeyPairOpen: accountKeyPairOpen,
  ClientKeyWrap: clientKeyWrap,
  ClientKeyOpen: clientKeyOpen,
  KeyShare: keyShare,
  KeyShareOpen: keyShareOpen,
  RsaPrivateKeySeal: rsaPrivateKeySeal,
  RsaPrivateKeyOpen: rsaPrivateKeyOpen,
  RsaKeyShare: rsaKeyShare,
  RsaKeyShareOpen: rsaKeyShareOpen,
  LegacyKeyWrap: legacyKeyWrap,
  LegacyKeyOpen: legacyKeyOpen,
  LegacyRecordSeal: legacyRecordSeal,
  LegacyRecordOpen: legacyRecordOpen,
  PamConfigurationRead: pamConfigurationRead,
  PamConfigurationMake: pamConfigurationMake,
  BoxSeal: boxSeal,
  BoxOpen: boxOpen,
  SealedBoxMake: sealedBoxMake,
  SealedBoxOpen: sealedBoxOpen,
  KeyMessageMake: keyMessageMake,
  CiphertextMessageMake: ciphertextMessageMake,
  MessageOpen: messageOpen,
  QrTextMake: qrTextMake,
  QrTextRead: qrTextRead,
  PairingNames: pairingNames,
  ComparisonCodeMake: comparisonCodeMake,
  PairingRequestMake: pairingRequestMake,
  PairingRequestRead: pairingRequestRead,
  PairingAnswerMake: pairingAnswerMake,
  PairingAnswerRead: pairingAnswerRead,
  PairingTranscript: pairingTranscript,
  PairingComputer: pairingComputer,
  BluetoothSplit: bluetoothSplit,
  BluetoothReceive: bluetoothReceive,
  SshDataRead: sshDataRead,
  SshDataSplit: sshDataSplit,
  SshDataComplete: sshDataComplete,
  SshPublicKeyRead: sshPublicKeyRead,
  SshSignatureVerify: sshSignatureVerify,
  SessionBindRead: sessionBindRead,
  GitContentRead: gitContentRead,
  GitContentMake: gitContentMake,
  KeyHandleMake: keyHandleMake,
  KeyHandleCheck: keyHandleCheck,
  U2fRegistrationInput: u2fRegistrationInput,
  U2fAuthenticationInput: u2fAuthenticationInput,
  U2fRegistrationMessage: u2fRegistrationMessage,
  U2fAuthenticationMessage: u2fAuthenticationMessage,
  U2fRegistrationVerify: u2fRegistrationVerify,
  U2fAuthenticationVerify: u2fAuthenticationVerify,
};

export type GroupType = keyof typeof OPERATIONS;

/** The types of test groups that this runner knows. */
export const GROUP_TYPES = Object.keys(OPERATIONS) as GroupType[];

/** The published files. */
export const VECTOR_FILES = [
  'ecies.json',
  'transmission-key.json',
  'device-request.json',
  'answers.json',
  'one-time-token.json',
  'binding.json',
  'get-secret.json',
  'get-folders.json',
  'write-commands.json',
  'hybrid.json',
  'ml-kem-pem.json',
  'account-request.json',
  'router-user.json',
  'account-keys.json',
  'sharing.json',
  'legacy-cbc.json',
  'pam-configuration.json',
  'pairing/envelope.json',
  'pairing/identity.json',
  'pairing/messages.json',
  'pairing/transcripts.json',
  'pairing/bluetooth.json',
  'pairing/ssh.json',
  'pairing/git.json',
  'pairing/u2f.json',
] as const;

/** What the library made of a test's input. */
export type Evaluation =
  { readonly accepted: boolean; readonly output: JsonMap } | { readonly accepted: false; readonly error: string };

/**
 * Runs one operation.
 *
 * @param inputs the members of the group and of the test
 * @throws whatever is no refusal of the library's: a bug here, there or in the file
 */
export async function evaluate(type: GroupType, inputs: JsonMap, suite: CryptoSuite): Promise<Evaluation> {
  const operation = OPERATIONS[type] as unknown as (inputs: JsonMap, suite: CryptoSuite) => Outcome | Promise<Outcome>;
  try {
    const { output, refused = false } = await operation(inputs, suite);
    // As a file would hold it: without members that are undefined.
    return { accepted: !refused, output: JSON.parse(JSON.stringify(output)) as JsonMap };
  } catch (error) {
    if (isVaultwireError(error)) return { accepted: false, error: error.code };
    throw error;
  }
}

/** Where two values differ first. */
export interface Difference {
  /** Path of the value inside `expected`. */
  readonly path: string;
  /** Index of the first differing byte: of what hexadecimal text stands for, else of its UTF-8. */
  readonly byte: number;
  /** Two hexadecimal digits, or `end` where the value has ended. */
  readonly expected: string;
  readonly actual: string;
}

/** Compares two JSON values; the order of members in an object does not matter. */
export function firstDifference(
  expected: Json | undefined,
  actual: Json | undefined,
  path = '',
): Difference | undefined {
  if (isList(expected) && isList(actual)) {
    for (let index = 0; index < Math.max(expected.length, actual.length); index++) {
      const found = firstDifference(expected[index], actual[index], `${path}[${index}]`);
      if (found) return found;
    }
    return undefined;
  }
  if (isMap(expected) && isMap(actual)) {
    for (const key of new Set([...Object.keys(expected), ...Object.keys(actual)])) {
      const found = firstDifference(own(expected, key), own(actual, key), path === '' ? key : `${path}.${key}`);
      if (found) return found;
    }
    return undefined;
  }
  return typeof expected === typeof actual || expected === undefined || actual === undefined
    ? differenceOfBytes(expected, actual, path)
    : differenceOfBytes(JSON.stringify(expected), JSON.stringify(actual), path, false);
}

const own = (map: JsonMap, key: string): Json | undefined => (Object.hasOwn(map, key) ? map[key] : undefined);
const isList = (value: Json | undefined): value is readonly Json[] => Array.isArray(value);
const isMap = (value: Json | undefined): value is JsonMap =>
  typeof value === 'object' && value !== null && !isList(value);

function differenceOfBytes(
  expected: Json | undefined,
  actual: Json | undefined,
  path: string,
  hex = typeof expected === 'string' && typeof actual === 'string' && isHex(expected) && isHex(actual),
): Difference | undefined {
  const bytes = (value: Json | undefined): Uint8Array =>
    value === undefined
      ? new Uint8Array(0)
      : typeof value === 'string'
        ? hex
          ? fromHex(value)
          : utf8(value)
        : utf8(JSON.stringify(value));
  if (expected === actual) return undefined;
  const [a, b] = [bytes(expected), bytes(actual)];
  let byte = 0;
  while (byte < a.length && a[byte] === b[byte]) byte++;
  const digits = (value: number | undefined): string => value?.toString(16).padStart(2, '0') ?? 'end';
  return { path, byte, expected: digits(a[byte]), actual: digits(b[byte]) };
}

/** What became of one test. */
export interface TestReport {
  readonly file: string;
  readonly tcId: number;
  readonly type: string;
  readonly comment: string;
  readonly flags: readonly string[];
  readonly result: Verdict;
  readonly status: 'passed' | 'failed' | 'skipped';
  /** Whether the library took the input as a whole; undefined when it did not get that far. */
  readonly accepted?: boolean;
  /** Why it failed or was skipped. */
  readonly reason?: string;
  readonly difference?: Difference;
}

export interface Counts {
  readonly total: number;
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

export interface RunReport extends Counts {
  readonly suite: string;
  readonly files: readonly (Counts & { readonly file: string })[];
}

export interface NamedFile {
  readonly file: string;
  readonly content: VectorFile;
}

/** How many tests of these files match a filter. */
export function countTests(files: readonly NamedFile[], filter?: string): number {
  return files.reduce((sum, file) => sum + selectTests(file, filter).length, 0);
}

interface SelectedTest {
  readonly type: string;
  readonly test: VectorTest;
  readonly inputs: JsonMap;
}

/**
 * Text matches when it is part of the file's name, the group's type, the comment or a flag, in any case; `ecies.json:7`
 * matches one test.
 */
function selectTests({ file, content }: NamedFile, filter: string | undefined): readonly SelectedTest[] {
  const wanted = filter?.toLowerCase();
  return content.testGroups.flatMap(({ tests, ...group }) =>
    tests
      .filter(({ tcId, comment, flags }) => {
        if (wanted === undefined) return true;
        const words = [file, group.type, comment, ...flags].map((word) => word.toLowerCase());
        return words.some((word) => word.includes(wanted)) || wanted === `${file}:${tcId}`.toLowerCase();
      })
      .map((test) => ({ type: group.type, test, inputs: { ...group, ...test } })),
  );
}

/**
 * Runs test vectors against this library.
 *
 * @param suite does the cryptography
 * @param options.filter see `--filter` of `vaultwire vectors`
 * @param options.onTest hears of every test as it ends
 */
export async function runVectors(
  suite: CryptoSuite,
  files: readonly NamedFile[],
  options: { readonly filter?: string | undefined; readonly onTest?: (report: TestReport) => void } = {},
): Promise<RunReport> {
  const reports: (Counts & { readonly file: string })[] = [];
  for (const named of files) {
    const counts = { total: 0, passed: 0, failed: 0, skipped: 0 };
    for (const { type, test, inputs } of selectTests(named, options.filter)) {
      const { tcId, comment, flags, result } = test;
      const outcome = await runTest(type, test, inputs, suite);
      counts.total++;
      counts[outcome.status]++;
      options.onTest?.({ file: named.file, tcId, type, comment, flags, result, ...outcome });
    }
    if (counts.total > 0) reports.push({ file: named.file, ...counts });
  }
  const sum = (key: keyof Counts): number => reports.reduce((total, report) => total + report[key], 0);
  return {
    suite: suite.name,
    total: sum('total'),
    passed: sum('passed'),
    failed: sum('failed'),
    skipped: sum('skipped'),
    files: reports,
  };
}

type TestOutcome = Pick<TestReport, 'status' | 'accepted' | 'reason' | 'difference'>;

async function runTest(type: string, test: VectorTest, inputs: JsonMap, suite: CryptoSuite): Promise<TestOutcome> {
  if (!Object.hasOwn(OPERATIONS, type)) return { status: 'failed', reason: `no such type of test group: ${type}` };
  let evaluation: Evaluation;
  try {
    evaluation = await evaluate(type as GroupType, inputs, suite);
  } catch (error) {
    return { status: 'failed', reason: `it broke: ${error instanceof Error ? error.message : String(error)}` };
  }
  if ('error' in evaluation && evaluation.error === 'suite-unsupported') {
    return { status: 'skipped', reason: 'the suite cannot do it' };
  }
  return { accepted: evaluation.accepted, ...judge(test, evaluation) };
}

function judge(test: VectorTest, evaluation: Evaluation): TestOutcome {
  const { result, expected, error } = test;
  const { accepted } = evaluation;
  if (result === 'valid' && !accepted) {
    const how = 'error' in evaluation ? `: ${evaluation.error}` : ' in part';
    return { status: 'failed', reason: `refused${how}, though it is valid`, ...differenceTo(expected, evaluation) };
  }
  if (result === 'invalid' && accepted) return { status: 'failed', reason: 'taken, though it is invalid' };
  if ('error' in evaluation) {
    if (result === 'acceptable' || evaluation.error === error) return { status: 'passed' };
    return { status: 'failed', reason: `refused with ${evaluation.error}, not ${error ?? 'in part'}` };
  }
  if (expected === undefined) return { status: 'failed', reason: `refused in part, not with ${error ?? 'an error'}` };
  const difference = firstDifference(expected, evaluation.output);
  return difference ? { status: 'failed', reason: 'something else came out', difference } : { status: 'passed' };
}

function differenceTo(expected: JsonMap | undefined, evaluation: Evaluation): { difference?: Difference } {
  const difference = 'output' in evaluation && expected ? firstDifference(expected, evaluation.output) : undefined;
  return difference ? { difference } : {};
}
