import { VECTOR_FILES, type NamedFile } from '../../vectors/runner/run.js';
import type { VectorFile } from '../../vectors/runner/file.js';

declare global {
  interface ImportMeta {
    /** Of Vite: the modules that a pattern matches. */
    glob(pattern: string, options: { readonly eager: true; readonly import: 'default' }): Record<string, unknown>;
  }
}

const found = import.meta.glob('../../vectors/**/*.json', { eager: true, import: 'default' });

/** Paths of the JSON files in vectors/. */
export const namesInFolder = Object.keys(found).map((path) => path.replace('../../vectors/', ''));

export const schema = found['../../vectors/schema.json'] as object;

/** The published files, in Node and in browsers alike. */
export const published: readonly NamedFile[] = VECTOR_FILES.map((file) => ({
  file,
  content: found[`../../vectors/${file}`] as VectorFile,
}));
