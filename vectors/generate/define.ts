import type { JsonMap, Verdict, VectorNote } from '../runner/file.js';
import type { GroupType } from '../runner/run.js';

/*
 * What the definition of a file looks like. A definition holds inputs and the verdict that its author claims;
 * expected values are computed (main.ts).
 */

export interface FileDefinition {
  readonly file: string;
  readonly algorithm: string;
  readonly header: readonly string[];
  readonly notes: Readonly<Record<string, VectorNote>>;
  readonly groups: readonly GroupDefinition[];
}

export interface GroupDefinition {
  readonly type: GroupType;
  readonly shared: JsonMap;
  readonly tests: readonly TestDefinition[];
}

export interface TestDefinition {
  readonly comment: string;
  readonly flags: readonly string[];
  readonly result: Verdict;
  /** Of an invalid test that ends in an error: its code. Absent where a part is refused and the output names it. */
  readonly error?: string;
  readonly inputs: Readonly<Record<string, unknown>>;
}

export const valid = (flag: string, comment: string, inputs: TestDefinition['inputs']): TestDefinition => ({
  comment,
  flags: [flag],
  result: 'valid',
  inputs,
});

/** Refused as a whole, with this code. */
export const invalid = (
  flag: string,
  comment: string,
  error: string,
  inputs: TestDefinition['inputs'],
): TestDefinition => ({ comment, flags: [flag], result: 'invalid', error, inputs });

/** Refused in part: the output says which. */
export const partly = (flag: string, comment: string, inputs: TestDefinition['inputs']): TestDefinition => ({
  comment,
  flags: [flag],
  result: 'invalid',
  inputs,
});

export const acceptable = (flag: string, comment: string, inputs: TestDefinition['inputs']): TestDefinition => ({
  comment,
  flags: [flag],
  result: 'acceptable',
  inputs,
});

/**
 * Kinds of mistakes, named as Wycheproof does: the first four are none, and only the others are the flag of an
 * invalid test.
 */
export const HARMLESS_TYPES = ['BASIC', 'FUNCTIONALITY', 'EDGE_CASE', 'DEFINED'] as const;
export const BUG_TYPES = [
  ...HARMLESS_TYPES,
  'AUTH_BYPASS',
  'BER_ENCODING',
  'CAN_OF_WORMS',
  'CONFIDENTIALITY',
  'DENIAL_OF_SERVICE',
  'KNOWN_BUG',
  'MISSING_STEP',
  'MODIFIED_PARAMETER',
  'MODIFIED_SIGNATURE',
  'SIGNATURE_MALLEABILITY',
  'WEAK_PARAMS',
  'WRONG_PRIMITIVE',
] as const;

/** What a flag stands for. */
export const note = (bugType: (typeof BUG_TYPES)[number], description: string, effect?: string): VectorNote => ({
  bugType,
  description,
  ...(effect !== undefined && { effect }),
});

export const json = (value: unknown): string => JSON.stringify(value);
