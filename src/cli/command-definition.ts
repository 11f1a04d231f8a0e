import type { FailureKind } from '../model/failure.ts';
import type { CommandContext } from './context.ts';

/** One option of a command, or one that every command takes. */
export interface OptionDefinition {
  /** Long name without dashes: `dry-run`. */
  readonly name: string;
  readonly short?: string;
  /** What the value is called in the help (`LABEL`); absent for a switch. */
  readonly value?: string;
  readonly description: string;
  /** The values that are allowed, where they are a closed list. */
  readonly choices?: readonly string[];
  /** May be given several times. */
  readonly repeatable?: boolean;
  /** What holds when it is not given, in words. */
  readonly otherwise?: string;
  /** What the shell completes the value with. */
  readonly completes?: 'file' | 'directory';
}

/** One positional argument. */
export interface ArgumentDefinition {
  readonly name: string;
  readonly description: string;
  readonly optional: boolean;
  readonly choices?: readonly string[];
  /** May be given several times; only the last argument of a command. */
  readonly repeatable?: boolean;
  /** What the shell completes it with. */
  readonly completes?: 'file';
}

/** What a command prints and how it ends. */
export interface CommandResult {
  /** Merged into `{ ok: true, command, exitCode }` by `--json`. */
  readonly data: Readonly<Record<string, unknown>>;
  /** For people, on stdout; printed only without `--json`. */
  readonly text: string;
  /** 0 unless findings say otherwise; 3 is unknown, only for monitoring plugins. */
  readonly exitCode?: 0 | 1 | 2 | 3;
}

/**
 * Everything about one command: parser, help, shell completion and docs/cli.md all come from here.
 * The code that runs it is loaded only when it is called.
 */
export interface CommandDefinition {
  /** Words of the command: `backup`, `render pgbackrest`. */
  readonly name: string;
  readonly summary: string;
  /** Paragraphs. */
  readonly description: readonly string[];
  readonly arguments: readonly ArgumentDefinition[];
  readonly options: readonly OptionDefinition[];
  readonly examples: readonly { readonly command: string; readonly explanation: string }[];
  /** The failures that are typical of it; the ones every command can have are added. */
  readonly failures: readonly FailureKind[];
  /** What 1 and 2 mean, for commands that judge. */
  readonly findings?: { readonly warning: string; readonly critical: string };
  /**
   * True when it works with the cluster or the repositories, and so must run as root or as the engine's user; where that
   * depends on what is asked, a function of it.
   */
  readonly privileged: boolean | ((input: CommandInput) => boolean);
  readonly load: () => Promise<CommandModule>;
}

/** What a file in cli/commands/ exports. */
export interface CommandModule {
  readonly run: (input: CommandInput, context: CommandContext) => Promise<CommandResult>;
}

/** The values of one call, by the names of the definition. Asking for a name that is not defined is a bug. */
export interface CommandInput {
  /** A positional argument; undefined when it was left out. */
  argument(name: string): string | undefined;
  /** All values of a repeatable positional argument. */
  arguments(name: string): readonly string[];
  /** True when the switch was given. */
  flag(name: string): boolean;
  /** The value of an option; undefined when it was not given. */
  value(name: string): string | undefined;
  /** All values of a repeatable option. */
  values(name: string): readonly string[];
}

/** Options that every command takes. */
export const globalOptions: readonly OptionDefinition[] = [
  {
    name: 'config',
    short: 'c',
    value: 'FILE',
    description: 'the holdfast.yaml to use',
    otherwise: '$HOLDFAST_CONFIG, ./holdfast.yaml, /etc/holdfast/holdfast.yaml: the first that is there',
    completes: 'file',
  },
  {
    name: 'stanza',
    value: 'NAME',
    description: 'the stanza to work with',
    otherwise: 'the only one in the file',
  },
  { name: 'json', description: 'print one JSON document on stdout, failures too (see docs/json.md)' },
  { name: 'quiet', description: 'print no progress and no notes, only the result' },
  { name: 'no-color', description: 'no colors, as with NO_COLOR in the environment' },
  { name: 'yes', description: 'do not ask: consent is given' },
  { name: 'help', short: 'h', description: 'print this help' },
];

/** Failures that any command can end with. */
export const commonFailures: readonly FailureKind[] = [
  'usage',
  'config-missing',
  'config-invalid',
  'interrupted',
];

/** Exit code of a bug: what was thrown is not in the closed list of failures. */
export const bugExitCode = 125;
