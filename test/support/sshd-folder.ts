import { existsSync, rmdirSync } from 'node:fs';

/**
 * The whole run's: sshd of root wants an empty folder, which the tests make where no service has. Returns how to remove
 * it, after all tests, as several may need it at once.
 */
export default function sshdFolder(folder: unknown): () => void {
  // Vitest calls it with the project.
  const path = typeof folder === 'string' ? folder : '/run/sshd';
  if (existsSync(path)) return () => undefined;
  return () => {
    if (existsSync(path)) rmdirSync(path);
  };
}
