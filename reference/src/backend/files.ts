import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import { Busboy } from '@fastify/busboy';
import { VaultwireError } from 'vaultwire';
import type { Answer } from './commands.js';
import type { FileRow, Store, Transaction, View } from './store.js';

/** How long a URL of a file and a permission to upload are good, in milliseconds. */
export const FILE_URL_LIFE = 15 * 60 * 1000;
/** Largest sealed content of a file unless told otherwise, in bytes. */
export const MAXIMUM_UPLOAD_BYTES = 64 * 1024 * 1024;
/** The status that says a file has arrived. */
export const UPLOADED = 204;

const TICKET_FIELD = 'ticket';

const ticketKey = (ticket: string): string => createHash('sha256').update(ticket).digest('hex');

/**
 * The contents of files, which travel beside the commands: URLs that cannot be guessed and go out of date, and
 * tickets that let one content be uploaded once. Neither is tied to a client: whoever has it may use it, as with the
 * storage services that backends in the field send their clients to.
 */
export class Files {
  readonly #store: Store;
  readonly #now: () => number;
  readonly #maximumBytes: number;
  /** Known to this process alone: URLs do not outlive it. */
  readonly #urlKey = randomBytes(32);

  /** @param options.now milliseconds since 1970 */
  constructor(store: Store, options: { readonly now: () => number; readonly maximumBytes?: number }) {
    this.#store = store;
    this.#now = options.now;
    this.#maximumBytes = options.maximumBytes ?? MAXIMUM_UPLOAD_BYTES;
  }

  get maximumBytes(): number {
    return this.#maximumBytes;
  }

  /** @param origin such as `https://localhost:8443` */
  url(origin: string, fileUid: string, thumbnail: boolean): string {
    const kind = thumbnail ? 'thumbnail' : 'content';
    const expires = this.#now() + FILE_URL_LIFE;
    return `${origin}/files/${fileUid}/${kind}?expires=${expires}&signature=${this.#sign(fileUid, kind, expires)}`;
  }

  /**
   * The sealed content of a file or of its thumbnail.
   *
   * @throws VaultwireError `not-found` for a URL that this server did not make, that is out of date, or whose file is
   *   gone: which of these is nobody's business
   */
  async download(fileUid: string, kind: string, expires: string, signature: string): Promise<Uint8Array> {
    const expected = Buffer.from(this.#sign(fileUid, kind, Number(expires)));
    const given = Buffer.from(signature);
    const genuine = given.length === expected.length && timingSafeEqual(given, expected);
    const content =
      genuine && this.#now() < Number(expires)
        ? await this.#store.read(async (view) => {
            const file = await view.get('files', fileUid);
            return file?.uploaded
              ? view.get('blobs', kind === 'thumbnail' ? `${fileUid}!thumbnail` : fileUid)
              : undefined;
          })
        : undefined;
    if (!content)
      throw new VaultwireError('not-found', 'no such file, or its URL is out of date: get the record again');
    return content;
  }

  /** The answer to add_file. */
  issueUpload(transaction: Transaction, origin: string, fileUid: string): NonNullable<Answer> {
    const ticket = randomBytes(32).toString('base64url');
    const expiresAt = this.#now() + FILE_URL_LIFE;
    // The ticket itself is a secret of the client's: its hash is enough to know it again.
    transaction.put('uploads', ticketKey(ticket), { fileUid, expiresAt });
    return {
      url: `${origin}/upload`,
      parameters: JSON.stringify({ [TICKET_FIELD]: ticket }),
      successStatusCode: UPLOADED,
    };
  }

  /**
   * Takes the sealed content of a file: multipart form data with the fields of the answer to add_file, and after them
   * the content as the field `file`.
   *
   * @throws VaultwireError `header-invalid` or `field-missing` for a form that is not as it should be, `not-permitted`
   *   for a ticket that was never issued, was used or is out of date, `length-invalid` when the content is not as long
   *   as add_file said
   */
  async upload(headers: Headers, body: ReadableStream<Uint8Array> | null): Promise<void> {
    const form = await this.#readForm(headers, body);
    const { ticket, content } = form;
    if (!ticket) throw new VaultwireError('field-missing', `form: expected the field ${TICKET_FIELD} before the file`);
    if (!content) throw new VaultwireError('field-missing', 'form: expected the field file');
    await this.#store.write(async (transaction) => {
      const file = await this.#findUpload(transaction, ticket);
      if (content.length !== file.size) {
        throw new VaultwireError('length-invalid', `file: expected ${file.size} bytes, as add_file said`);
      }
      transaction.put('blobs', file.uid, content);
      transaction.put('files', file.uid, { ...file.row, uploaded: true });
      transaction.delete('uploads', ticketKey(ticket));
    });
  }

  async #readForm(
    headers: Headers,
    body: ReadableStream<Uint8Array> | null,
  ): Promise<{ readonly ticket: string | undefined; readonly content: Buffer | undefined }> {
    const contentType = headers.get('content-type') ?? '';
    if (!/^multipart\/form-data\s*;/i.test(contentType) || !body) {
      throw new VaultwireError('header-invalid', 'Content-Type: expected multipart/form-data');
    }
    let ticket: string | undefined;
    let content: Promise<Buffer | undefined> | undefined;
    let parser: InstanceType<typeof Busboy>;
    try {
      parser = new Busboy({
        headers: { 'content-type': contentType },
        limits: { fields: 20, fieldSize: 4096, files: 1, fileSize: this.#maximumBytes + 1, parts: 21, headerPairs: 20 },
        // The Node client in the field names no file.
        isPartAFile: (fieldName) => fieldName === 'file',
      });
    } catch {
      throw new VaultwireError('header-invalid', 'Content-Type: expected a boundary');
    }
    parser.on('field', (name, value) => {
      if (name === TICKET_FIELD) ticket = value;
    });
    parser.on('file', (_name, stream) => {
      content = this.#readContent(stream, ticket);
      // It is awaited below: until then a refusal must not count as unhandled.
      content.catch(() => undefined);
    });
    try {
      await pipeline(Readable.fromWeb(body), parser);
    } catch (cause) {
      throw new VaultwireError('field-missing', 'form: expected multipart form data, to its end', { cause });
    }
    return { ticket, content: await content };
  }

  /** Reads no content, however long, without a ticket for it. */
  async #readContent(stream: Readable, ticket: string | undefined): Promise<Buffer | undefined> {
    let size: number;
    try {
      if (ticket === undefined) {
        stream.resume();
        return undefined;
      }
      size = (await this.#store.read((view) => this.#findUpload(view, ticket))).size;
    } catch (error) {
      stream.resume();
      throw error;
    }
    const chunks: Buffer[] = [];
    let length = 0;
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      length += chunk.length;
      // Longer than announced: nothing more is kept, and the length alone tells the caller.
      if (length <= size) chunks.push(chunk);
    }
    return length <= size ? Buffer.concat(chunks) : Buffer.alloc(0);
  }

  async #findUpload(view: View, ticket: string): Promise<{ uid: string; size: number; row: FileRow }> {
    const upload = await view.get('uploads', ticketKey(ticket));
    const row = upload && (await view.get('files', upload.fileUid));
    if (!upload || !row || row.uploaded || this.#now() >= upload.expiresAt) {
      throw new VaultwireError('not-permitted', 'form: this ticket was never issued, was used or is out of date');
    }
    return { uid: upload.fileUid, size: row.size, row };
  }

  #sign(fileUid: string, kind: string, expires: number): string {
    return createHmac('sha256', this.#urlKey).update(`${fileUid}/${kind}/${expires}`).digest('base64url');
  }
}
