import { mkdir } from 'node:fs/promises';
import { deserialize, serialize } from 'node:v8';
import type {
  AbstractBatchOperation,
  AbstractBatchOptions,
  AbstractLevel,
  AbstractSnapshot,
  AbstractSublevel,
} from 'abstract-level';
import { VaultwireError } from 'vaultwire';
import type { ServedClient } from 'vaultwire/keychain';

// What a backend knows: ciphertext, public keys, UIDs, times and sizes. No row has a place for a key of the vault.
// `order` counts what was shared or made: answers come in that order, so that tests can rely on one.

/** An application that an owner shares records and folders with. */
export interface ApplicationRow {
  /** The description, under the application's key. */
  readonly data: Uint8Array;
  /** The owner's P-256 public key, 65 bytes. */
  readonly ownerPublicKey: Uint8Array;
}

/** A record or a shared folder that is shared with an application; its key is wrapped under the application's. */
export interface ShareRow {
  readonly kind: 'record' | 'folder';
  /** Undefined for the record that is sealed with the application's key itself. */
  readonly key: Uint8Array | undefined;
  readonly editable: boolean;
  readonly order: number;
}

/** A shared folder, or a folder inside one. */
export interface FolderRow {
  /** The name, under the folder's key. */
  readonly data: Uint8Array;
  /** The shared folder at the root; the folder itself when it is one. */
  readonly sharedFolderUid: string;
  /** Undefined for a shared folder. */
  readonly parentUid: string | undefined;
  /** Wrapped under the shared folder's key; undefined for a shared folder, whose key its shares hold. */
  readonly key: Uint8Array | undefined;
  readonly order: number;
}

/** A record in a shared folder. */
export interface ContentRow {
  /** The record's key, wrapped under the shared folder's. */
  readonly key: Uint8Array;
  /** The folder inside the shared folder. */
  readonly innerFolderUid: string | undefined;
  /** False for a record that stays as it is even where its folder is shared for change. */
  readonly editable: boolean;
  readonly order: number;
}

/** A link from a record to another. The data is not the backend's to read, but it is not always ciphertext. */
export interface LinkRow {
  readonly recordUid: string;
  readonly path?: string;
  readonly data?: string;
}

/** A record. */
export interface RecordRow {
  /** The record, under its key. */
  readonly data: Uint8Array;
  readonly revision: number;
  /** The record's key, wrapped to the owner; undefined for what the owner made. */
  readonly ownerKey: Uint8Array | undefined;
  /** A rotation that waits for its finalization. */
  readonly pending: { readonly data: Uint8Array; readonly linksToRemove: readonly string[] } | undefined;
  /** The shared folders that it lies in. */
  readonly folderUids: readonly string[];
  /** The applications that it is shared with by itself. */
  readonly applicationUids: readonly string[];
  /** In the order in which they were added. */
  readonly fileUids: readonly string[];
  readonly links: readonly LinkRow[];
}

/** A file of a record. Its content is in `blobs` under its UID, its thumbnail under `<uid>!thumbnail`. */
export interface FileRow {
  readonly recordUid: string;
  /** The description, under the file's key. */
  readonly description: Uint8Array;
  /** The file's key, wrapped under the record's. */
  readonly key: Uint8Array;
  /** The file's key, wrapped to the owner; undefined for what the owner made. */
  readonly ownerKey: Uint8Array | undefined;
  /** Of the sealed content, in bytes. */
  readonly size: number;
  /** False from add_file until the content has come. */
  readonly uploaded: boolean;
  readonly hasThumbnail: boolean;
}

/** A permission to upload the content of one file, once. Stored under the SHA-256 of the ticket. */
export interface UploadRow {
  readonly fileUid: string;
  readonly expiresAt: number;
}

/** A client of an application. */
export interface ClientRow {
  readonly applicationUid: string;
  /** The state of the binding, as the library's machine keeps it. */
  readonly binding: ServedClient;
}

/** An account of an end user: what its owner made and sealed. No row has its master password or data key. */
export interface AccountRow {
  readonly uid: string;
  /** The user name as its owner wrote it. */
  readonly username: string;
  /** The data key under the master password, 100 bytes. */
  readonly encryptionParams: Uint8Array;
  /** What login proofs are checked against, 52 bytes. */
  readonly authVerifier: Uint8Array;
  /** The account's P-256 public key, 65 bytes. */
  readonly publicKey: Uint8Array;
  /** Its private key, under the data key. */
  readonly encryptedPrivateKey: Uint8Array;
  /** The account's client key, under the data key. */
  readonly clientKey: Uint8Array;
}

/** A folder of an account. */
export interface AccountFolderRow {
  readonly parentUid: string | undefined;
  /** The folder's key, under the data key. */
  readonly key: Uint8Array;
  /** The name, under the folder's key. */
  readonly data: Uint8Array;
  readonly revision: number;
  readonly order: number;
}

/** A record of an account. */
export interface AccountRecordRow {
  /** The folder whose key wraps this record's; undefined for the data key. */
  readonly folderUid: string | undefined;
  readonly key: Uint8Array;
  /** The record, under its key. */
  readonly data: Uint8Array;
  readonly revision: number;
  readonly order: number;
}

/** Singletons: the seed's fingerprint, the server's key rings, the counters of revisions and of order. */
export type MetaRow = unknown;

/** The tables by name, with the form of their keys. */
export interface Tables {
  readonly meta: MetaRow;
  /** application UID */
  readonly applications: ApplicationRow;
  /** `<application UID>!<UID of the record or shared folder>` */
  readonly shares: ShareRow;
  /** client id */
  readonly clients: ClientRow;
  /** folder UID */
  readonly folders: FolderRow;
  /** `<shared folder UID>!<folder UID>`: an index of the folders inside */
  readonly innerFolders: true;
  /** `<shared folder UID>!<record UID>` */
  readonly contents: ContentRow;
  /** record UID */
  readonly records: RecordRow;
  /** file UID */
  readonly files: FileRow;
  /** file UID, or `<file UID>!thumbnail` */
  readonly blobs: Uint8Array;
  /** hexadecimal SHA-256 of the ticket */
  readonly uploads: UploadRow;
  /** user name in lower case */
  readonly accounts: AccountRow;
  /** `<account UID>!<folder UID>` */
  readonly accountFolders: AccountFolderRow;
  /** `<account UID>!<record UID>` */
  readonly accountRecords: AccountRecordRow;
}
export type TableName = keyof Tables;

/** One consistent view of the store. */
export interface View {
  get<T extends TableName>(table: T, key: string): Promise<Tables[T] | undefined>;
  /** The rows of some keys, in their order. */
  getMany<T extends TableName>(table: T, keys: readonly string[]): Promise<readonly (Tables[T] | undefined)[]>;
  /** The rows whose keys begin with `<prefix>!`, by what comes after it, in order. */
  list<T extends TableName>(table: T, prefix: string): Promise<readonly (readonly [string, Tables[T]])[]>;
}

/** A view that sees its own writes, which reach the store together or not at all. */
export interface Transaction extends View {
  put<T extends TableName>(table: T, key: string, value: Tables[T]): void;
  delete(table: TableName, key: string): void;
}

type Database = AbstractLevel<string | Buffer | Uint8Array>;
type Sublevel = AbstractSublevel<Database, string | Buffer | Uint8Array, string, unknown>;

const TABLE_NAMES: readonly TableName[] = [
  'meta',
  'applications',
  'shares',
  'clients',
  'folders',
  'innerFolders',
  'contents',
  'records',
  'files',
  'blobs',
  'uploads',
  'accounts',
  'accountFolders',
  'accountRecords',
];

/** Structured clone keeps byte arrays as bytes, where JSON would make a third more of them. */
const rowEncoding = {
  name: 'structured-clone',
  format: 'buffer',
  encode: (row: unknown): Buffer => serialize(row),
  decode: (bytes: Buffer): unknown => deserialize(bytes) as unknown,
} as const;

/** Sorts after every key that continues with `!`. */
const range = (prefix: string): { gt: string; lt: string } => ({ gt: `${prefix}!`, lt: `${prefix}"` });

/**
 * The backend's memory: an embedded database, in memory or in a folder. A write is one atomic batch, is on the disk
 * when its promise resolves, and never runs beside another.
 */
export class Store {
  readonly #database: Database;
  readonly #tables: ReadonlyMap<TableName, Sublevel>;
  /** The tail of the chain that writes queue on. */
  #writes: Promise<unknown> = Promise.resolve();

  private constructor(database: Database) {
    this.#database = database;
    this.#tables = new Map(
      TABLE_NAMES.map((name) => [name, database.sublevel<string, unknown>(name, { valueEncoding: rowEncoding })]),
    );
  }

  /**
   * @param directory where the database keeps its files; made when it is not there. Absent: in memory
   * @throws VaultwireError `configuration-invalid` when the folder cannot be used, or another process uses it
   */
  static async open(directory?: string): Promise<Store> {
    let database: Database;
    try {
      // Before the database is made, which opens by itself and would make a folder that others can read: the private
      // keys of the server lie in it as well.
      if (directory !== undefined) await mkdir(directory, { recursive: true, mode: 0o700 });
      database =
        directory === undefined
          ? new (await import('memory-level')).MemoryLevel()
          : new (await import('classic-level')).ClassicLevel(directory);
      await database.open();
    } catch (error) {
      const cause = error instanceof Error ? (error.cause ?? error) : undefined;
      const locked = cause instanceof Error && 'code' in cause && cause.code === 'LEVEL_LOCKED';
      const reason = locked
        ? 'another process is using it'
        : cause instanceof Error
          ? cause.message
          : 'it cannot be opened';
      throw new VaultwireError('configuration-invalid', `data folder ${directory ?? ''}: ${reason}`, { cause: error });
    }
    return new Store(database);
  }

  /** Reads from one version of the store, whatever is written meanwhile. */
  async read<R>(work: (view: View) => Promise<R>): Promise<R> {
    const snapshot = this.#database.snapshot();
    try {
      return await work(this.#view(snapshot));
    } finally {
      await snapshot.close();
    }
  }

  /**
   * Reads and writes, alone. What `work` puts and deletes is stored as one batch after it; when it throws, nothing is.
   */
  write<R>(work: (transaction: Transaction) => Promise<R>): Promise<R> {
    const turn = this.#writes.then(async () => {
      const changes = new Map<TableName, Map<string, unknown>>(TABLE_NAMES.map((name) => [name, new Map()]));
      const result = await work(this.#transaction(changes));
      await this.#commit(changes);
      return result;
    });
    this.#writes = turn.catch(() => undefined);
    return turn;
  }

  /** Every row of a table, as it is now. */
  async all<T extends TableName>(table: T): Promise<readonly Tables[T][]> {
    return (await this.#table(table).values().all()) as Tables[T][];
  }

  /** Every key and value as stored, for tests that look for what must not be there. */
  async *rawEntries(): AsyncGenerator<readonly [Buffer, Buffer]> {
    const iterator = this.#database.iterator<Buffer, Buffer>({ keyEncoding: 'buffer', valueEncoding: 'buffer' });
    for await (const entry of iterator) yield entry;
  }

  /** Waits for the writes that have begun, and closes the database. */
  async close(): Promise<void> {
    await this.#writes;
    await this.#database.close();
  }

  #view(snapshot?: AbstractSnapshot): View {
    const options = snapshot ? { snapshot } : {};
    return {
      get: async <T extends TableName>(table: T, key: string) =>
        (await this.#table(table).get(key, options)) as Tables[T] | undefined,
      getMany: async <T extends TableName>(table: T, keys: readonly string[]) =>
        (await this.#table(table).getMany<string, Tables[T]>([...keys], options)) as readonly (Tables[T] | undefined)[],
      list: async <T extends TableName>(table: T, prefix: string) => {
        const entries = await this.#table(table)
          .iterator({ ...range(prefix), ...options })
          .all();
        return entries.map(([key, value]) => [key.slice(prefix.length + 1), value as Tables[T]] as const);
      },
    };
  }

  /** Undefined among the changes stands for a deleted row. */
  #transaction(changes: ReadonlyMap<TableName, Map<string, unknown>>): Transaction {
    const view = this.#view();
    const of = (table: TableName): Map<string, unknown> => changes.get(table) ?? new Map<string, unknown>();
    const get = async <T extends TableName>(table: T, key: string): Promise<Tables[T] | undefined> =>
      of(table).has(key) ? (of(table).get(key) as Tables[T] | undefined) : view.get(table, key);
    return {
      get,
      getMany: (table, keys) => Promise.all(keys.map((key) => get(table, key))),
      list: async <T extends TableName>(table: T, prefix: string) => {
        const rows = new Map<string, unknown>(await view.list(table, prefix));
        for (const [key, value] of of(table)) {
          if (!key.startsWith(`${prefix}!`)) continue;
          const rest = key.slice(prefix.length + 1);
          if (value === undefined) rows.delete(rest);
          else rows.set(rest, value);
        }
        return [...rows].map(([key, value]) => [key, value as Tables[T]] as const).sort(([a], [b]) => (a < b ? -1 : 1));
      },
      put: (table, key, value) => void of(table).set(key, value),
      delete: (table, key) => void of(table).set(key, undefined),
    };
  }

  async #commit(changes: ReadonlyMap<TableName, ReadonlyMap<string, unknown>>): Promise<void> {
    const operations: AbstractBatchOperation<Database, string, unknown>[] = [];
    for (const [name, rows] of changes) {
      const sublevel = this.#table(name);
      for (const [key, value] of rows) {
        operations.push(value === undefined ? { type: 'del', key, sublevel } : { type: 'put', key, value, sublevel });
      }
    }
    // LevelDB answers before the disk has it, unless asked not to: a command is answered 200 only when it is there.
    const durable: AbstractBatchOptions<string, unknown> & { readonly sync: true } = { sync: true };
    if (operations.length > 0) await this.#database.batch(operations, durable);
  }

  #table(name: TableName): Sublevel {
    const table = this.#tables.get(name);
    if (!table) throw new VaultwireError('argument-invalid', `no table ${name}`);
    return table;
  }
}
