/** A JSON value as files hold it. */
export type Json = string | number | boolean | null | readonly Json[] | JsonMap;
export interface JsonMap {
  readonly [key: string]: Json | undefined;
}

/** What an implementation must do with a test: see vectors/README.md. */
export type Verdict = 'valid' | 'invalid' | 'acceptable';

/** A file of test vectors. `schema.json` says the same in full. */
export interface VectorFile {
  readonly algorithm: string;
  readonly schema: string;
  readonly numberOfTests: number;
  readonly header: readonly string[];
  readonly notes: Readonly<Record<string, VectorNote>>;
  readonly testGroups: readonly VectorGroup[];
}

/** What a flag stands for. */
export interface VectorNote {
  readonly bugType: string;
  readonly description: string;
  readonly effect?: string;
}

/** Tests of one type; what else it has is input to all of them. */
export interface VectorGroup extends JsonMap {
  readonly type: string;
  readonly source: { readonly name: string; readonly version: string };
  readonly tests: readonly VectorTest[];
}

/** One test; what else it has is its input. */
export interface VectorTest extends JsonMap {
  readonly tcId: number;
  readonly comment: string;
  readonly flags: readonly string[];
  readonly result: Verdict;
  /** What comes out. */
  readonly expected?: JsonMap;
  /** The code of the error that this library throws. */
  readonly error?: string;
}

/** What came of an operation that did not throw. */
export interface Outcome {
  /** Compared with `expected`. */
  readonly output: JsonMap;
  /** True when something in the input was refused, which the output names; what an `invalid` test wants. */
  readonly refused?: boolean;
}
