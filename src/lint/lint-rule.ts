import type { EngineVersion } from '../model/engine-version.ts';
import type { Severity } from '../model/finding.ts';
import type {
  Claim,
  CommandList,
  DocumentFacts,
  EngineFile,
  EngineInvocation,
  Schedule,
  ServerSetting,
  Variable,
} from './facts.ts';
import type { LintDocument } from './lint-document.ts';
import type { RuleFinding } from './lint-finding.ts';

/** Everything that is judged together: a stanza in a crontab is held against the stanzas of pgbackrest.conf. */
export interface LintProject {
  readonly documents: readonly DocumentFacts[];
  readonly engineFiles: readonly EngineFile[];
  readonly variables: readonly Variable[];
  readonly serverSettings: readonly ServerSetting[];
  readonly commandLists: readonly CommandList[];
  readonly engineInvocations: readonly EngineInvocation[];
  readonly schedules: readonly Schedule[];
  readonly claims: readonly Claim[];
  /** The version that is judged for. */
  readonly engineVersion: EngineVersion;
  /** What the file system says of a file that was named; undefined for text from elsewhere. */
  readonly fileFacts: (document: LintDocument) => FileFacts | undefined;
}

/** Who can read a file. */
export interface FileFacts {
  /** Permission bits. */
  readonly mode: number;
  /** Known to a version control system. */
  readonly committed: boolean;
}

/** What is always the same about a rule; docs/lint.md is made of it. */
export interface RuleDescription {
  /** Stable, kebab-case, said of the mistake: `archive-command-hides-failure`. */
  readonly name: string;
  readonly severity: Severity;
  /** One line, lower case, no full stop. */
  readonly title: string;
  /** What really happens, in full sentences, with the engine's error number where there is one. */
  readonly consequence: string;
  /** The correct form, as a few lines of the file concerned. */
  readonly correct: string;
  /** How to see it: commands and what they print, as they were run; Markdown. */
  readonly reproduction: string;
  /** Where the fact comes from: a page of pgBackRest, PostgreSQL, systemd …, or a source file. */
  readonly source: string;
}

/** A rule. `judge` is pure. */
export interface LintRule extends RuleDescription {
  readonly judge: (project: LintProject) => Iterable<RuleFinding>;
}

/** A family of rules, one page section each in docs/lint.md. */
export interface RuleFamily {
  readonly title: string;
  readonly rules: readonly LintRule[];
}
