import { createInterface } from 'node:readline';

/**
 * Asks a question at the terminal, or of whatever feeds stdin, and gives the line that is answered. The end of the input
 * is an empty answer; ctrl-C and `signal` reject.
 */
export function askUser(question: string, signal: AbortSignal): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  return new Promise<string>((resolve, reject) => {
    const stop = (): void => {
      reject(new Error('interrupted'));
    };
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    terminal.once('SIGINT', () => process.kill(process.pid, 'SIGINT'));
    terminal.once('close', () => {
      resolve('');
    });
    terminal.question(question, resolve);
  }).finally(() => {
    terminal.close();
    process.stdin.unref();
  });
}
