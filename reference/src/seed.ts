import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as v from 'valibot';
import { VaultwireError } from 'vaultwire';
import { MAXIMUM_ITERATIONS, MINIMUM_ITERATIONS } from 'vaultwire/keychain/account';
import { LineCounter, parseDocument } from 'yaml';

/** The seed that is used when none is given. */
export const EXAMPLE_SEED = fileURLToPath(new URL('../seed.example.yaml', import.meta.url));

/** Most characters of a user name. */
export const LONGEST_USERNAME = 320;

const UNITS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** `90d`, `12h`, `30m`, `45s`: a time from the moment of seeding; with a minus, one that is already over. */
const duration = v.pipe(
  v.string(),
  v.regex(/^-?\d{1,9}(?:ms|s|m|h|d)$/, 'expected a duration such as 90d, 12h, 30m or 45s'),
  v.transform((text) => {
    const unit = /[a-z]+$/.exec(text)?.[0] as keyof typeof UNITS;
    return parseInt(text, 10) * UNITS[unit];
  }),
);

const text = v.pipe(v.string(), v.nonEmpty('expected some text'));

const uid = v.pipe(
  v.string(),
  v.regex(/^\w[\w-]{20}[AQgw]$/, 'expected a UID: 16 bytes in base64url (22 characters), not beginning with a hyphen'),
);

const editable = v.optional(v.boolean(), true);

/** What a field holds is for the clients to understand. A single value may stand without its list. */
const field = v.pipe(
  v.looseObject({ type: text, value: v.optional(v.unknown(), []) }),
  v.transform((input) => ({
    ...input,
    value: (Array.isArray(input.value) ? input.value : [input.value]) as unknown[],
  })),
);

const contentKeys = { text: v.optional(v.string()), base64: v.optional(v.string()), path: v.optional(text) };
/** Where the bytes of a file are: in the seed, or in another file. */
interface ContentSource {
  text?: string | undefined;
  base64?: string | undefined;
  path?: string | undefined;
}
const oneContent = (source: ContentSource): boolean =>
  [source.text, source.base64, source.path].filter((content) => content !== undefined).length === 1;
const ONE_CONTENT = 'expected exactly one of text, base64 and path';

const file = v.pipe(
  v.strictObject({
    name: text,
    uid: v.optional(uid),
    title: v.optional(text),
    type: v.optional(text, 'application/octet-stream'),
    ...contentKeys,
    thumbnail: v.optional(v.pipe(v.strictObject(contentKeys), v.check(oneContent, ONE_CONTENT))),
  }),
  v.check((input) => oneContent(input), ONE_CONTENT),
);

/** What a record is, wherever it lies. */
const recordKeys = {
  title: text,
  type: v.optional(text, 'login'),
  uid: v.optional(uid),
  notes: v.optional(v.string()),
  fields: v.optional(v.array(field), []),
  custom: v.optional(v.array(field), []),
};

const record = v.strictObject({
  ...recordKeys,
  editable,
  files: v.optional(v.array(file), []),
  links: v.optional(
    v.array(
      v.strictObject({ record: uid, path: v.optional(text), data: v.optional(v.record(v.string(), v.unknown())) }),
    ),
    [],
  ),
  sealedWithApplicationKey: v.optional(v.boolean(), false),
});

/** Something that this seed defines elsewhere, shared here as well. */
const reference = v.strictObject({ ref: uid, editable });

const isReference = (input: unknown): boolean => typeof input === 'object' && input !== null && 'ref' in input;
const recordOrReference = v.lazy((input) => (isReference(input) ? reference : record));

interface InnerFolderInput {
  name: string;
  uid?: string | undefined;
  records?: (v.InferInput<typeof record> | v.InferInput<typeof reference>)[] | undefined;
  folders?: InnerFolderInput[] | undefined;
}
interface InnerFolder {
  name: string;
  uid?: string | undefined;
  records: (v.InferOutput<typeof record> | v.InferOutput<typeof reference>)[];
  folders: InnerFolder[];
}
const innerFolder: v.GenericSchema<InnerFolderInput, InnerFolder> = v.strictObject({
  name: text,
  uid: v.optional(uid),
  records: v.optional(v.array(recordOrReference), []),
  folders: v.optional(v.array(v.lazy(() => innerFolder)), []),
});

const sharedFolder = v.strictObject({
  name: text,
  uid: v.optional(uid),
  editable,
  records: v.optional(v.array(recordOrReference), []),
  folders: v.optional(v.array(innerFolder), []),
});

const client = v.strictObject({
  name: v.optional(text),
  lockIp: v.optional(v.boolean(), false),
  tokenExpiresIn: v.optional(duration),
  accessExpiresIn: v.optional(duration),
});

const application = v.strictObject({
  title: text,
  type: v.optional(text, 'app'),
  clients: v.optional(v.pipe(v.array(client), v.minLength(1, 'expected at least one client')), [{}]),
  folders: v.optional(v.array(v.lazy((input) => (isReference(input) ? reference : sharedFolder))), []),
  records: v.optional(v.array(recordOrReference), []),
});

const accountRecord = v.strictObject(recordKeys);

interface AccountFolderInput {
  name: string;
  uid?: string | undefined;
  records?: v.InferInput<typeof accountRecord>[] | undefined;
  folders?: AccountFolderInput[] | undefined;
}
/** A folder of an account, with what lies in it. */
export interface SeedAccountFolder {
  name: string;
  uid?: string | undefined;
  records: SeedAccountRecord[];
  folders: SeedAccountFolder[];
}
const accountFolder: v.GenericSchema<AccountFolderInput, SeedAccountFolder> = v.strictObject({
  name: text,
  uid: v.optional(uid),
  records: v.optional(v.array(accountRecord), []),
  folders: v.optional(v.array(v.lazy(() => accountFolder)), []),
});

const ITERATIONS = `expected a whole number from ${MINIMUM_ITERATIONS} to ${MAXIMUM_ITERATIONS}`;

const account = v.strictObject({
  username: v.pipe(text, v.maxLength(LONGEST_USERNAME, `expected at most ${LONGEST_USERNAME} characters`)),
  masterPassword: text,
  // Deployments use ten times as many; a server for development is to start fast.
  iterations: v.optional(
    v.pipe(
      v.number(),
      v.integer(ITERATIONS),
      v.minValue(MINIMUM_ITERATIONS, ITERATIONS),
      v.maxValue(MAXIMUM_ITERATIONS, ITERATIONS),
    ),
    MINIMUM_ITERATIONS,
  ),
  folders: v.optional(v.array(accountFolder), []),
  records: v.optional(v.array(accountRecord), []),
});

const seedSchema = v.strictObject({
  applications: v.pipe(v.array(application), v.minLength(1, 'expected at least one application')),
  accounts: v.optional(v.array(account), []),
});

/** A seed as one writes it in YAML, JSON or code. */
export type SeedInput = v.InferInput<typeof seedSchema>;
/** A seed that was checked, with its defaults; files are still to be read. */
type CheckedSeed = v.InferOutput<typeof seedSchema>;

export type SeedClient = v.InferOutput<typeof client>;
export type SeedAccount = v.InferOutput<typeof account>;
export type SeedAccountRecord = v.InferOutput<typeof accountRecord>;
export type SeedReference = v.InferOutput<typeof reference>;

/** A file with its content. */
export interface SeedFile {
  readonly name: string;
  readonly uid: string | undefined;
  readonly title: string | undefined;
  readonly type: string;
  readonly content: Uint8Array;
  readonly thumbnail: Uint8Array | undefined;
}

/** A record with its files. */
export type SeedRecord = Readonly<Omit<v.InferOutput<typeof record>, 'files'>> & {
  readonly files: readonly SeedFile[];
};

export interface SeedFolder {
  readonly name: string;
  readonly uid: string | undefined;
  /** Of a shared folder; inside one it is the shared folder's. */
  readonly editable: boolean;
  readonly records: readonly (SeedRecord | SeedReference)[];
  readonly folders: readonly SeedFolder[];
}

export interface SeedApplication {
  readonly title: string;
  readonly type: string;
  readonly clients: readonly SeedClient[];
  readonly folders: readonly (SeedFolder | SeedReference)[];
  readonly records: readonly (SeedRecord | SeedReference)[];
}

/** A seed that is ready to be sealed: checked, its files read. */
export interface Seed {
  readonly applications: readonly SeedApplication[];
  readonly accounts: readonly SeedAccount[];
}

/**
 * Reads a seed from a YAML or JSON file.
 *
 * @throws VaultwireError `configuration-invalid`, naming the line and the path inside the document; never a value
 */
export async function readSeedFile(path: string): Promise<Seed> {
  let document: string;
  try {
    document = await readFile(path, 'utf8');
  } catch (cause) {
    throw invalid(`${path}: ${fileProblem(cause)}`, cause);
  }
  const lineCounter = new LineCounter();
  // JSON is YAML, so one parser reads both.
  const parsed = parseDocument(document, { lineCounter, prettyErrors: false, stringKeys: true });
  const [error] = parsed.errors;
  // The parser's messages may quote the line, which may hold a secret: its code and place say enough.
  if (error) throw invalid(`${path}:${lineCounter.linePos(error.pos[0]).line}: not YAML (${error.code})`);
  const lineOf = (keys: readonly (string | number)[]): string => {
    for (let length = keys.length; length > 0; length--) {
      const node = parsed.getIn(keys.slice(0, length), true) as { range?: readonly number[] } | undefined;
      const [start] = node?.range ?? [];
      if (start !== undefined) return `:${lineCounter.linePos(start).line}`;
    }
    return '';
  };
  let value: unknown;
  try {
    value = parsed.toJS({ maxAliasCount: 100 });
  } catch (cause) {
    throw invalid(`${path}: too many aliases`, cause);
  }
  return checkSeed(value, { name: path, directory: dirname(resolve(path)), lineOf });
}

/**
 * Checks a seed that was written in code, and reads its files.
 *
 * @param options.directory what relative paths of files are relative to. Default the working directory
 * @throws VaultwireError `configuration-invalid`, naming the path inside the seed; never a value
 */
export async function checkSeed(
  input: unknown,
  options: {
    readonly name?: string;
    readonly directory?: string;
    readonly lineOf?: (path: readonly (string | number)[]) => string;
  } = {},
): Promise<Seed> {
  const { name = 'seed', directory = process.cwd(), lineOf = () => '' } = options;
  const fail = (path: readonly (string | number)[], problem: string, cause?: unknown): never => {
    const place = path.length > 0 ? `: ${formatPath(path)}` : '';
    throw invalid(`${name}${lineOf(path)}${place}: ${problem}`, cause);
  };
  const result = v.safeParse(seedSchema, input, { abortEarly: true });
  if (!result.success) {
    const [issue] = result.issues;
    const path = (issue.path ?? []).map((item) => item.key as string | number);
    return fail(path, describe(issue));
  }
  checkReferences(result.output, fail);
  return readFiles(result.output, directory, fail);
}

type Fail = (path: readonly (string | number)[], problem: string, cause?: unknown) => never;

/** What an issue says of what was expected. Its own message would quote what was found. */
function describe(issue: v.BaseIssue<unknown>): string {
  if (issue.kind !== 'schema') return issue.message;
  if (issue.expected === 'never') return 'unknown key';
  return `expected ${(issue.expected ?? 'another value').replace(/^"(.*)"$/, 'a value for $1')}`;
}

const formatPath = (path: readonly (string | number)[]): string =>
  path
    .map((key) => (typeof key === 'number' ? `[${key}]` : `.${key}`))
    .join('')
    .replace(/^\./, '');

/** What the shape alone cannot say: UIDs are unique and lead somewhere. */
function checkReferences(seed: CheckedSeed, fail: Fail): void {
  const records = new Set<string>();
  const shareable = new Set<string>();
  const sharedFolders = new Set<string>();
  const taken = new Set<string>();
  const titles = new Set<string>();
  const later: (() => void)[] = [];

  const take = (value: string | undefined, path: readonly (string | number)[], kind?: Set<string>): void => {
    if (value === undefined) return;
    if (taken.has(value)) fail([...path, 'uid'], 'this UID stands twice');
    taken.add(value);
    kind?.add(value);
  };
  const visitRecords = (
    items: CheckedSeed['applications'][number]['records'],
    path: readonly (string | number)[],
    inFolder: boolean,
  ): void => {
    let ownKeyed = 0;
    for (const [index, item] of items.entries()) {
      const here = [...path, index];
      if ('ref' in item) {
        later.push(() => {
          if (!records.has(item.ref)) fail([...here, 'ref'], 'no record of this seed has this UID');
          // Whoever was given its key would have the application's.
          if (!shareable.has(item.ref)) fail([...here, 'ref'], 'a record sealed with the application key stays there');
        });
        continue;
      }
      take(item.uid, here, records);
      for (const [fileIndex, { uid: fileUid }] of item.files.entries()) take(fileUid, [...here, 'files', fileIndex]);
      for (const [linkIndex, link] of item.links.entries()) {
        later.push(() => {
          const linkPath = [...here, 'links', linkIndex, 'record'];
          if (!records.has(link.record)) fail(linkPath, 'no record of this seed has this UID');
        });
      }
      if (!item.sealedWithApplicationKey) {
        if (item.uid !== undefined) shareable.add(item.uid);
        continue;
      }
      const keyPath = [...here, 'sealedWithApplicationKey'];
      if (inFolder) fail(keyPath, 'only a record outside folders can be sealed so');
      if (++ownKeyed > 1) fail(keyPath, 'an application has one such record at most');
    }
  };
  const visitFolder = (folder: InnerFolder, path: readonly (string | number)[], kind?: Set<string>): void => {
    take(folder.uid, path, kind);
    visitRecords(folder.records, [...path, 'records'], true);
    for (const [index, inner] of folder.folders.entries()) visitFolder(inner, [...path, 'folders', index]);
  };

  for (const [index, { title, folders, records: own }] of seed.applications.entries()) {
    const path = ['applications', index];
    if (titles.has(title)) fail([...path, 'title'], 'another application has this title');
    titles.add(title);
    visitRecords(own, [...path, 'records'], false);
    for (const [folderIndex, folder] of folders.entries()) {
      const here = [...path, 'folders', folderIndex];
      if (!('ref' in folder)) visitFolder(folder, here, sharedFolders);
      else {
        later.push(() => {
          if (!sharedFolders.has(folder.ref)) fail([...here, 'ref'], 'no shared folder of this seed has this UID');
        });
      }
    }
  }
  for (const check of later) check();

  const usernames = new Set<string>();
  const visitAccount = (
    { records: own, folders }: Pick<SeedAccountFolder, 'records' | 'folders'>,
    path: readonly (string | number)[],
  ): void => {
    for (const [index, item] of own.entries()) take(item.uid, [...path, 'records', index]);
    for (const [index, folder] of folders.entries()) {
      take(folder.uid, [...path, 'folders', index]);
      visitAccount(folder, [...path, 'folders', index]);
    }
  };
  for (const [index, item] of seed.accounts.entries()) {
    const path = ['accounts', index];
    const username = item.username.toLowerCase();
    if (usernames.has(username)) fail([...path, 'username'], 'another account has this user name');
    usernames.add(username);
    visitAccount(item, path);
  }
}

async function readFiles(seed: CheckedSeed, directory: string, fail: Fail): Promise<Seed> {
  const readContent = async (source: ContentSource, path: readonly (string | number)[]): Promise<Uint8Array> => {
    if (source.text !== undefined) return new TextEncoder().encode(source.text);
    if (source.base64 !== undefined) {
      const compact = source.base64.replace(/\s+/g, '');
      const bytes = Buffer.from(compact, 'base64');
      if (bytes.toString('base64').replace(/=+$/, '') !== compact.replace(/=+$/, '')) {
        fail([...path, 'base64'], 'expected base64');
      }
      return new Uint8Array(bytes);
    }
    const { path: filePath = '' } = source;
    try {
      return new Uint8Array(await readFile(resolve(directory, filePath)));
    } catch (cause) {
      return fail([...path, 'path'], `${filePath}: ${fileProblem(cause)}`, cause);
    }
  };
  type Items = CheckedSeed['applications'][number]['records'];
  const readRecords = (items: Items, path: readonly (string | number)[]): Promise<(SeedRecord | SeedReference)[]> =>
    Promise.all(
      items.map(async (item, index) => {
        if ('ref' in item) return item;
        const files = item.files.map(async (entry, fileIndex): Promise<SeedFile> => {
          const here = [...path, index, 'files', fileIndex];
          return {
            name: entry.name,
            uid: entry.uid,
            title: entry.title,
            type: entry.type,
            content: await readContent(entry, here),
            thumbnail: entry.thumbnail && (await readContent(entry.thumbnail, [...here, 'thumbnail'])),
          };
        });
        return { ...item, files: await Promise.all(files) };
      }),
    );
  const readFolder = async (
    folder: InnerFolder & { editable?: boolean },
    path: readonly (string | number)[],
  ): Promise<SeedFolder> => ({
    name: folder.name,
    uid: folder.uid,
    editable: folder.editable ?? true,
    records: await readRecords(folder.records, [...path, 'records']),
    folders: await Promise.all(folder.folders.map((inner, index) => readFolder(inner, [...path, 'folders', index]))),
  });
  return {
    accounts: seed.accounts,
    applications: await Promise.all(
      seed.applications.map(async ({ title, type, clients, folders, records }, index): Promise<SeedApplication> => {
        const path = ['applications', index];
        return {
          title,
          type,
          clients,
          folders: await Promise.all(
            folders.map(async (folder, folderIndex) =>
              'ref' in folder ? folder : await readFolder(folder, [...path, 'folders', folderIndex]),
            ),
          ),
          records: await readRecords(records, [...path, 'records']),
        };
      }),
    ),
  };
}

function fileProblem(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const words: Record<string, string> = {
    ENOENT: 'no such file',
    EACCES: 'no permission to read it',
    EISDIR: 'a folder, not a file',
  };
  return words[code] ?? `cannot be read (${code})`;
}

const invalid = (message: string, cause?: unknown): VaultwireError =>
  new VaultwireError('configuration-invalid', message, { cause });
