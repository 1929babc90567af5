import { expect } from 'vitest';
import { VaultwireError, type ErrorCode } from '../../src/wire/error.js';

/** Runs what must be refused, at once or in its promise, with one error code. Returns the error. */
export async function refused(code: ErrorCode, action: () => unknown): Promise<VaultwireError> {
  let error: unknown;
  try {
    await action();
  } catch (thrown) {
    error = thrown;
  }
  if (error === undefined) throw new Error(`expected a refusal with ${code}, found none`);
  if (!(error instanceof VaultwireError)) throw new Error(`expected a refusal with ${code}`, { cause: error });
  expect(error.code).toBe(code);
  return error;
}
