import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';
import tsupConfig, { withoutLong } from '../../../tsup.config.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const { entry: entries } = tsupConfig as unknown as { entry: Record<string, string> };

/** Entries that may speak protobuf, and those that may load ML-KEM: whatever is built on them. */
const speaksProtobuf = (name: string): boolean => name.startsWith('transmission/account');
const loadsMlKem = (name: string): boolean => name.startsWith('ecies/hybrid');

/** What turns text into code, under whatever name it is called. */
const EVALUATES =
  /\beval\b|\bFunction\b|\.constructor\s*\(\s*["'`]|\b(?:setTimeout|setInterval|setImmediate)\s*\(\s*["'`]/;

async function bundle(
  path: string,
  options: { readonly minify: boolean },
): Promise<{ code: string; inputs: string[] }> {
  const { outputFiles, metafile } = await build({
    absWorkingDir: root,
    entryPoints: [path],
    bundle: true,
    write: false,
    metafile: true,
    format: 'esm',
    platform: 'node',
    minify: options.minify,
    external: ['#*'],
    mainFields: ['module', 'main'],
    plugins: [withoutLong],
    logLevel: 'silent',
  });
  return { code: outputFiles.map(({ text }) => text).join(''), inputs: Object.keys(metafile.inputs) };
}

describe('bundles', () => {
  it.each(Object.entries(entries))('%s holds only what it speaks, and evaluates nothing', async (name, path) => {
    const { code, inputs } = await bundle(path, { minify: true });
    const protobuf = inputs.filter((input) => /protobufjs|transmission\/proto\//.test(input));
    if (speaksProtobuf(name)) expect(protobuf).not.toEqual([]);
    else expect(protobuf).toEqual([]);
    const mlKem = inputs.filter((input) => /post-quantum|asn1js/.test(input));
    if (loadsMlKem(name)) expect(mlKem).not.toEqual([]);
    else expect(mlKem).toEqual([]);
    expect(code).not.toMatch(EVALUATES);
    if (speaksProtobuf(name)) expect(code).not.toMatch(/\bWebAssembly\b/);
  });

  it.each([
    `eval('1')`,
    `(0, eval)('1')`,
    `globalThis.eval?.('1')`,
    `new Function('return 1')()`,
    `const F = Function; new F()`,
    `(()=>{}).constructor('return 1')`,
    `setTimeout('1')`,
    'setInterval( `1`, 5)',
  ])('would be seen to evaluate %s', (code) => {
    expect(code).toMatch(EVALUATES);
  });

  it('carry the license of the code that is bundled', () => {
    const runtime = readFileSync(`${root}src/transmission/proto/runtime.ts`, 'utf8');
    expect(runtime).toMatch(/^\/\*!/);
    const license = readFileSync(`${root}node_modules/protobufjs/LICENSE`, 'utf8');
    const [, terms] = /(Redistribution and use.*?DAMAGE\.)/s.exec(license) ?? [];
    const words = (text = '') => text.replace(/[\s*]+/g, ' ');
    expect(words(terms)).toContain('PROVIDED BY THE COPYRIGHT HOLDERS');
    expect(words(runtime)).toContain(words(terms));
  });
});
