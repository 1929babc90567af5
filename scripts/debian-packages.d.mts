/** What is installed on. */
export interface System {
  /** Folder that stands for the root of its files. */
  readonly root: string;
  readonly isRoot: boolean;
  /** Whether nobody keeps it: a container, or a machine of continuous integration. */
  readonly isThrowAway: boolean;
  /** Milliseconds. */
  readonly now: () => number;
  /** Runs apt-get for so many milliseconds at most. */
  readonly apt: (
    parameters: readonly string[],
    timeout: number,
  ) => { readonly status: number | null; readonly stderr: string };
}

export function missingPackages(): string[];
export function isInstalled(...names: readonly string[]): boolean;
export function installPackages(names: readonly string[], system?: System): string | undefined;
