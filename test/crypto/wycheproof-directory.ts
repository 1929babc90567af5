import { fileURLToPath } from 'node:url';

/** Where Project Wycheproof's files are looked for: $WYCHEPROOF_DIR, or beside the repository. */
export const wycheproofDirectory =
  process.env.WYCHEPROOF_DIR ?? fileURLToPath(new URL('../../../shared/vectors/wycheproof', import.meta.url));
