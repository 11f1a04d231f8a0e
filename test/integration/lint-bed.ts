import { chmodSync } from 'node:fs';
import { runHoldfast, type HoldfastOptions, type HoldfastResult } from '../support/holdfast.ts';
import { createSandbox, type Sandbox } from '../support/sandbox.ts';

/** A finding as `--json` prints it. */
interface Finding {
  readonly rule: string;
  readonly severity: string;
  readonly position: { readonly file: string; readonly line: number; readonly column: number };
  readonly text: string;
  readonly documentation: string;
  readonly fixable: boolean;
}

/** What `lint --json` prints, and the exit code it ended with. */
export interface LintResult {
  readonly ok: boolean;
  readonly exitCode: number;
  readonly engineVersion: string;
  readonly files: readonly { readonly file: string; readonly kind: string }[];
  readonly findings: readonly Finding[];
  readonly ignored: number;
  readonly fixes: readonly {
    readonly file: string;
    readonly changes: number;
    readonly diff: string;
    readonly written: boolean;
  }[];
  readonly notes: readonly string[];
}

/** Stands in `badConf` and must be in no output. */
export const secret = 'kT9sLq2vXw7RzP4dNb6m';

/** A comment behind a value in line 2, and a name that the engine does not have in line 9. */
export const badConf = `[global]
repo1-path=/var/lib/pgbackrest   # where it is
repo1-retention-full=2
repo1-type=s3
repo1-s3-bucket=acme
repo1-s3-endpoint=s3.us-east-1.amazonaws.com
repo1-s3-region=us-east-1
repo1-s3-key=AKIAQ2EXAMPLE7Q2QWER
repo1-s3-secret=${secret}

[main]
pg1-path=/var/lib/postgresql/15/main
`;

export const goodConf = `[global]
repo1-path=/var/lib/pgbackrest
repo1-retention-full=2

[main]
pg1-path=/var/lib/postgresql/15/main
`;

/** A folder for files, and the command line. */
export interface LintBed extends AsyncDisposable {
  readonly sandbox: Sandbox;
  /** Makes a folder with these files and gives its path. */
  folder(name: string, files: Readonly<Record<string, string>>): string;
}

export async function createLintBed(): Promise<LintBed> {
  const sandbox = await createSandbox('lint');
  chmodSync(sandbox.path, 0o755);
  return {
    sandbox,
    folder: (name, files) => {
      const path = sandbox.directory(name, 0o755);
      for (const [file, text] of Object.entries(files)) sandbox.write(`${name}/${file}`, text, 0o644);
      return path;
    },
    [Symbol.asyncDispose]: () => sandbox[Symbol.asyncDispose](),
  };
}

export function lint(args: readonly string[], options?: HoldfastOptions): Promise<HoldfastResult> {
  return runHoldfast(['lint', ...args], options);
}

export async function lintJson(args: readonly string[], options?: HoldfastOptions): Promise<LintResult> {
  const result = await lint(['--json', ...args], options);
  return { ...result.json<LintResult>(), exitCode: result.code ?? -1 };
}
