import { assertBytes, concatBytes, copyBytes, decodeUtf8, encodeUtf8, type Bytes } from '../wire/bytes.js';
import { VaultwireError } from '../wire/error.js';
import type { GitCommit, GitTag } from './messages.js';

/*
 * The text of Git commits and tags (git-cat-file, git-mktag) before they are signed: what Git hands to its signing
 * program, and what the signature is over. A request carries its parts; only a text that comes back byte for byte
 * from them is taken, so that what a person approves is all that is signed.
 */

/**
 * Takes apart the text of a commit or tag as Git hands it to a signing program.
 *
 * @throws VaultwireError `field-invalid` for everything that a request cannot carry (other headers such as `encoding`,
 *   `mergetag` and `gpgsig`, a tag without tagger), `utf8-invalid` for headers that are not UTF-8
 */
export function parseGitContent(raw: Uint8Array): GitCommit | GitTag {
  assertBytes(raw, 'Git object');
  const end = endOfHeaders(raw);
  const lines = decodeUtf8(raw.subarray(0, end), 'Git object').split('\n');
  const message = copyBytes(raw.subarray(end + 2));
  const next = (header: string): string | undefined =>
    lines[0]?.startsWith(`${header} `) ? lines.shift()?.slice(header.length + 1) : undefined;
  const required = (header: string): string => {
    const value = next(header);
    if (value === undefined) throw invalid(header, 'this header at its place');
    return value;
  };

  let content: GitCommit | GitTag;
  const tree = next('tree');
  if (tree === undefined) {
    content = {
      type: 'tag',
      object: required('object'),
      objectType: required('type'),
      tag: required('tag'),
      tagger: required('tagger'),
      message,
    };
  } else {
    const [parent, ...mergeParents] = all(() => next('parent'));
    content = {
      type: 'commit',
      tree,
      ...(parent !== undefined && { parent }),
      ...(mergeParents.length > 0 && { mergeParents }),
      author: required('author'),
      committer: required('committer'),
      message,
    };
  }
  if (lines.length > 0) throw invalid('headers', 'no others');
  assertContent(content);
  return content;
}

/**
 * The text of a commit or tag that a signature is over: the inverse of {@link parseGitContent}. Its message is what
 * follows the empty line after the headers.
 *
 * @throws VaultwireError `argument-invalid`, `field-invalid` when a part is none that Git would write there
 */
export function encodeGitContent(content: GitCommit | GitTag): Bytes {
  assertContent(content);
  const headers =
    content.type === 'commit'
      ? [
          `tree ${content.tree}`,
          ...parentsOf(content).map((parent) => `parent ${parent}`),
          `author ${content.author}`,
          `committer ${content.committer}`,
        ]
      : [`object ${content.object}`, `type ${content.objectType}`, `tag ${content.tag}`, `tagger ${content.tagger}`];
  return concatBytes(encodeUtf8(`${headers.join('\n')}\n\n`), content.message);
}

/** Who wrote or tagged something, and when. */
export interface GitIdentity {
  readonly name: string;
  readonly email: string;
  /** Since 1970. */
  readonly unixSeconds: number;
  /** East of UTC, in minutes. */
  readonly offsetMinutes: number;
}

/**
 * Reads an author, committer or tagger: `Name <address> seconds +hhmm`.
 *
 * @throws VaultwireError `field-invalid`
 */
export function parseGitIdentity(line: string): GitIdentity {
  const [, name = '', email = '', seconds = '', sign = '', hours = '', minutes = ''] = IDENTITY.exec(line) ?? [];
  if (seconds === '' || !isText(line)) throw invalid('identity', 'a name, an <address>, seconds and an offset');
  const offset = 60 * Number(hours) + Number(minutes);
  return { name, email, unixSeconds: Number(seconds), offsetMinutes: sign === '-' ? 0 - offset : offset };
}

const IDENTITY = /^(?:([^<>]*) )?<([^<>]*)> (0|[1-9]\d{0,14}) ([+-])(\d\d)([0-5]\d)$/;
const ID = /^(?:[\da-f]{40}|[\da-f]{64})$/;
const OBJECT_TYPES = ['commit', 'tree', 'blob', 'tag'];
/** What a name of a reference never has (git-check-ref-format). */
const NO_NAME = /[ ~^:?*[\\]/;

const parentsOf = ({ parent, mergeParents = [] }: GitCommit): readonly string[] =>
  parent === undefined ? [] : [parent, ...mergeParents];

function assertContent(content: GitCommit | GitTag): void {
  assertBytes(content.message, 'message');
  if (content.message.includes(0)) throw invalid('message', 'no zero byte');
  if (content.type === 'commit') {
    const { parent, mergeParents = [] } = content;
    if (parent === undefined && mergeParents.length > 0) throw invalid('merge parents', 'a first parent before them');
    for (const id of [content.tree, ...parentsOf(content)]) {
      if (!ID.test(id) || id.length !== content.tree.length) throw invalid('id', '40 or 64 hexadecimal digits, as all');
    }
    parseGitIdentity(content.author);
    parseGitIdentity(content.committer);
    return;
  }
  if (!ID.test(content.object)) throw invalid('object', '40 or 64 hexadecimal digits');
  if (!OBJECT_TYPES.includes(content.objectType)) throw invalid('type', OBJECT_TYPES.join(' or '));
  if (content.tag === '' || !isText(content.tag) || NO_NAME.test(content.tag)) {
    throw invalid('tag', 'the name of a reference');
  }
  parseGitIdentity(content.tagger);
}

/** Whether a header can hold a text: one line, which comes back from UTF-8 as it was. */
const isText = (text: string): boolean => !/[\p{Cc}\p{Cs}]/u.test(text);

/** Where the two line feeds are that end the headers. */
function endOfHeaders(raw: Uint8Array): number {
  for (let index = raw.indexOf(0x0a); index >= 0; index = raw.indexOf(0x0a, index + 1)) {
    if (raw[index + 1] === 0x0a) return index;
  }
  throw invalid('headers', 'an empty line after them');
}

function all(next: () => string | undefined): string[] {
  const values = [];
  for (let value = next(); value !== undefined; value = next()) values.push(value);
  return values;
}

const invalid = (field: string, expected: string): VaultwireError =>
  new VaultwireError('field-invalid', `Git object.${field}: expected ${expected}`);
