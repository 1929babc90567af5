import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isVaultwireError } from '../../src/wire/error.js';
import { encodeGitContent, parseGitContent, parseGitIdentity } from '../../src/pairing/git.js';
import type { GitCommit, GitTag } from '../../src/pairing/messages.js';
import { ascii, fromHex, join } from '../crypto/hex.js';
import fixtures from '../fixtures/pairing/git.json' with { type: 'json' };
import { refused } from '../support/refused.js';

const { objects } = fixtures;
const carried = objects.filter(({ name }) => name !== 'encoded');
const utf8 = (text: string) => Uint8Array.from(new TextEncoder().encode(text));

const [tree, parent, other] = ['1', '2', '3'].map((digit) => digit.repeat(40)) as [string, string, string];
const ADA = 'Ada Lovelace <ada@example.com> 1700000000 +0100';
const commit: GitCommit = { type: 'commit', tree, parent, author: ADA, committer: ADA, message: ascii('Words\n') };
const tag: GitTag = { type: 'tag', object: tree, objectType: 'commit', tag: 'v1', tagger: ADA, message: ascii('1\n') };

describe('objects made by Git', () => {
  it.each(carried)('come back byte for byte: $type $name, $format', ({ type, format, id, raw }) => {
    const bytes = fromHex(raw);
    const content = parseGitContent(bytes);
    expect(content.type).toBe(type);
    const encoded = encodeGitContent(content);
    expect(encoded).toEqual(bytes);
    const header = ascii(`${type} ${encoded.length}\0`);
    expect(createHash(format).update(join(header, encoded)).digest('hex')).toBe(id);
  });

  const named = (name: string) => parseGitContent(fromHex(objects.find((object) => object.name === name)!.raw));

  it('give their parts', () => {
    expect(named('first')).toEqual({
      type: 'commit',
      tree: '4b825dc642cb6eb9a060e54bf8d69288fbee4904',
      author: ADA,
      committer: 'Grace Hopper <grace@example.com> 1700000060 -0430',
      message: ascii('The first commit\n'),
    });
    expect(named('blank')).toMatchObject({ message: ascii('') });
    expect(named('side')).toMatchObject({ message: ascii('tree 0000\nparent 0000\n\nlooks like headers\n') });
    const merged = named('merged');
    expect(merged).toMatchObject({ parent: expect.any(String) as unknown });
    expect(merged.type === 'commit' && merged.mergeParents).toHaveLength(2);
    expect(named('tree-1')).toMatchObject({ type: 'tag', objectType: 'tree', tag: 'tree-1' });
  });

  it('with an encoding are refused', async () => {
    const encoded = objects.filter(({ name }) => name === 'encoded');
    expect(encoded).toHaveLength(2);
    for (const { raw } of encoded) await refused('field-invalid', () => parseGitContent(fromHex(raw)));
  });
});

describe('texts of objects', () => {
  const headers = (...lines: string[]) => utf8(`${lines.join('\n')}\n\nWords\n`);
  const [treeLine, authorLine, committerLine] = [`tree ${tree}`, `author ${ADA}`, `committer ${ADA}`];
  const tagLines = [`object ${tree}`, 'type commit', 'tag v1', `tagger ${ADA}`];

  it('are taken: what the refused ones are changes of', () => {
    expect(parseGitContent(headers(treeLine, authorLine, committerLine))).toMatchObject({ tree });
    expect(parseGitContent(headers(...tagLines))).toMatchObject({ tag: 'v1' });
  });

  it.each<[string, Uint8Array]>([
    ['nothing', ascii('')],
    ['no empty line', ascii(`${treeLine}\n${authorLine}\n${committerLine}\n`)],
    ['a blob', ascii('words\n\nwords')],
    ['no tree', headers(`parent ${parent}`, authorLine, committerLine)],
    ['a tree twice', headers(treeLine, treeLine, authorLine, committerLine)],
    ['no author', headers(treeLine, committerLine)],
    ['no committer', headers(treeLine, authorLine)],
    ['author and committer the other way round', headers(treeLine, committerLine, authorLine)],
    ['a parent after the author', headers(treeLine, authorLine, `parent ${parent}`, committerLine)],
    ['an encoding', headers(treeLine, authorLine, committerLine, 'encoding ISO-8859-1')],
    ['a signature', headers(treeLine, authorLine, committerLine, 'gpgsig -----BEGIN PGP SIGNATURE-----', ' ', ' end')],
    ['a merged tag', headers(treeLine, authorLine, committerLine, `mergetag object ${tree}`, ' type commit')],
    ['a continued header', headers(treeLine, authorLine, committerLine, ' more')],
    ['two spaces', headers(`tree  ${tree}`, authorLine, committerLine)],
    ['a space at the end', headers(`${treeLine} `, authorLine, committerLine)],
    ['ends of lines of another system', headers(`${treeLine}\r`, authorLine, committerLine)],
    ['an empty first line', utf8(`\n${treeLine}\n${authorLine}\n${committerLine}\n\n`)],
    ['upper-case digits', headers(`tree ${'A'.repeat(40)}`, authorLine, committerLine)],
    ['an id of 41 digits', headers(`${treeLine}0`, authorLine, committerLine)],
    ['ids of two lengths', headers(treeLine, `parent ${'2'.repeat(64)}`, authorLine, committerLine)],
    ['an author without address', headers(treeLine, 'author Ada 1700000000 +0100', committerLine)],
    ['a zero byte in the message', join(headers(treeLine, authorLine, committerLine), Uint8Array.of(0))],
    ['a tag without tagger', headers(...tagLines.slice(0, 3))],
    ['a tag without type', headers(...tagLines.filter((line) => !line.startsWith('type')))],
    ['a tag without name', headers(...tagLines.filter((line) => !line.startsWith('tag ')))],
    ['a tag with a header too many', headers(...tagLines, 'encoding UTF-8')],
    ['a tag of an unknown type', headers(...tagLines.map((line) => line.replace('commit', 'note')))],
    ['a tag with a name of two words', headers(...tagLines.map((line) => line.replace('v1', 'v 1')))],
  ])('are refused: %s', async (_, raw) => {
    await refused('field-invalid', () => parseGitContent(raw));
  });

  it('are refused when their headers are no UTF-8, and taken when their message is none', async () => {
    const latin = join(ascii(`${treeLine}\nauthor J`), Uint8Array.of(0xf6), ascii(`rg${ADA.slice(3)}\n`));
    await refused('utf8-invalid', () => parseGitContent(join(latin, ascii(`${committerLine}\n\nWords`))));
    const raw = join(headers(treeLine, authorLine, committerLine), Uint8Array.of(0xff));
    expect(encodeGitContent(parseGitContent(raw))).toEqual(raw);
  });

  it('must be bytes', async () => {
    await refused('argument-invalid', () => parseGitContent('tree' as never));
  });

  it('are not the memory of their parts', () => {
    const raw = headers(treeLine, authorLine, committerLine);
    const content = parseGitContent(raw);
    raw.fill(0);
    expect(content.message).toEqual(ascii('Words\n'));
  });
});

describe('parts', () => {
  it('make a text with as many parents as there are', () => {
    expect(Buffer.from(encodeGitContent({ ...commit, mergeParents: [other, tree] })).toString()).toBe(
      `tree ${tree}\nparent ${parent}\nparent ${other}\nparent ${tree}\nauthor ${ADA}\ncommitter ${ADA}\n\nWords\n`,
    );
    expect(Buffer.from(encodeGitContent(tag)).toString()).toBe(
      `object ${tree}\ntype commit\ntag v1\ntagger ${ADA}\n\n1\n`,
    );
  });

  it('take no merge parents as none', () => {
    expect(encodeGitContent({ ...commit, mergeParents: [] })).toEqual(encodeGitContent(commit));
  });

  const root: GitCommit = { type: 'commit', tree, author: ADA, committer: ADA, message: ascii('Words\n') };
  it.each<[string, GitCommit | GitTag]>([
    ['a line smuggled in with the author', { ...commit, author: `${ADA}\nencoding UTF-8` }],
    ['a line smuggled in with the committer', { ...commit, committer: `${ADA}\n\nOther words` }],
    ['a parent smuggled in with the tree', { ...commit, tree: `${tree}\nparent ${other}` }],
    ['a line smuggled in with the parent', { ...commit, parent: `${parent}\nparent ${other}` }],
    ['a line smuggled in with a merge parent', { ...commit, mergeParents: [`${other}\n`] }],
    ['merge parents without a parent', { ...root, mergeParents: [other] }],
    ['a parent of another length', { ...commit, parent: '2'.repeat(64) }],
    ['half a character', { ...commit, author: `\ud800${ADA}` }],
    ['a zero byte in the message', { ...commit, message: ascii('a\0') }],
    ['a zero byte in a name', { ...commit, author: `\0${ADA}` }],
    ['a line smuggled in with the tag', { ...tag, tag: `v1\ntagger ${ADA}` }],
    ['an empty tag', { ...tag, tag: '' }],
    ['half a character in a tag', { ...tag, tag: 'v\udfff' }],
    ['a line smuggled in with the type', { ...tag, objectType: 'commit\ntag v2' }],
    ['a line smuggled in with the object', { ...tag, object: `${tree}\n` }],
    ['a tagger without time', { ...tag, tagger: 'Ada <ada@example.com>' }],
  ])('are refused: %s', async (_, content) => {
    await refused('field-invalid', () => encodeGitContent(content));
  });

  it('must have bytes as message', async () => {
    await refused('argument-invalid', () => encodeGitContent({ ...tag, message: 'words' as never }));
  });
});

describe('identities', () => {
  it.each([
    [ADA, { name: 'Ada Lovelace', email: 'ada@example.com', unixSeconds: 1700000000, offsetMinutes: 60 }],
    ['A <> 0 -0430', { name: 'A', email: '', unixSeconds: 0, offsetMinutes: -270 }],
    [' <a@b> 1 +0000', { name: '', email: 'a@b', unixSeconds: 1, offsetMinutes: 0 }],
    ['<a@b> 1 -0000', { name: '', email: 'a@b', unixSeconds: 1, offsetMinutes: 0 }],
  ])('are read: %s', (line, identity) => {
    expect(parseGitIdentity(line)).toEqual(identity);
  });

  it.each([
    'Ada <ada@example.com>',
    'Ada <ada@example.com> 1700000000',
    'Ada <ada@example.com> 1700000000 0100',
    'Ada <ada@example.com> 1700000000 +01:00',
    'Ada <ada@example.com> 1700000000 +0160',
    'Ada <ada@example.com> 01 +0100',
    'Ada <ada@example.com> -1 +0100',
    'Ada <ada@example.com> 9999999999999999 +0100',
    'Ada<ada@example.com> 1 +0100',
    'Ada <<ada@example.com> 1 +0100',
    'Ada > <ada@example.com> 1 +0100',
    'Ada <ada@example.com>  1 +0100',
    'Ada <ada@example.com> 1 +0100 ',
    'Ada\t <ada@example.com> 1 +0100',
  ])('are refused: %j', async (line) => {
    await refused('field-invalid', () => parseGitIdentity(line));
  });
});

describe('changed objects', () => {
  it('are refused with an error of the library, or come back as they were', () => {
    const change = fc.record({ at: fc.nat(), drop: fc.nat(3), put: fc.uint8Array({ maxLength: 3 }) });
    fc.assert(
      fc.property(fc.constantFrom(...carried), fc.array(change, { minLength: 1, maxLength: 3 }), ({ raw }, changes) => {
        let bytes = fromHex(raw);
        for (const { at, drop, put } of changes) {
          const index = at % (bytes.length + 1);
          bytes = join(bytes.subarray(0, index), put, bytes.subarray(index + drop));
        }
        try {
          expect(encodeGitContent(parseGitContent(bytes))).toEqual(bytes);
        } catch (error) {
          if (!isVaultwireError(error)) throw error;
        }
      }),
      { numRuns: 3000 },
    );
  });

  it('of any parts are refused, or come back as they were', () => {
    const id = fc.constantFrom(tree, parent, other);
    const identity = fc.oneof(
      fc.constant(ADA),
      fc.string({ unit: 'binary' }).map((name) => `${name} <${name}> 1 +0000`),
    );
    const message = fc.uint8Array();
    const contents = fc.oneof(
      fc.record(
        {
          type: fc.constant('commit' as const),
          tree: id,
          parent: id,
          mergeParents: fc.array(id, { minLength: 1, maxLength: 3 }),
          author: identity,
          committer: identity,
          message,
        },
        { requiredKeys: ['type', 'tree', 'author', 'committer', 'message'] },
      ),
      fc.record({
        type: fc.constant('tag' as const),
        object: id,
        objectType: fc.constantFrom('commit', 'blob'),
        tag: fc.string(),
        tagger: identity,
        message,
      }),
    );
    fc.assert(
      fc.property(contents, (content) => {
        let raw;
        try {
          raw = encodeGitContent(content);
        } catch (error) {
          if (!isVaultwireError(error)) throw error;
          return;
        }
        expect(parseGitContent(raw)).toEqual(content);
      }),
    );
  });
});
