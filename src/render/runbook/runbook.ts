/** Something that nobody can know beforehand, as it stands in commands: `<MOMENT>`. */
export interface Placeholder {
  /** `MOMENT` */
  readonly name: string;
  /** What to put there, with an example. */
  readonly meaning: string;
}

/** One thing to do. */
export interface RunbookStep {
  readonly title: string;
  /** Lines for the shell of the runbook, in order; none where it is done elsewhere than in a shell. */
  readonly commands: readonly string[];
  /** True: the command shows what it would do and asks. */
  readonly asks: boolean;
  /** True: it is there to be looked at, and may end with another code than 0 because of what is wrong. */
  readonly mayFail: boolean;
}

/** One of the two ways. */
export interface RunbookColumn {
  readonly steps: readonly RunbookStep[];
  /** How to see that it worked. */
  readonly proof: readonly RunbookStep[];
  /** How to go back. */
  readonly back: readonly RunbookStep[];
}

/** What to do in one kind of emergency. */
export interface RunbookScenario {
  /** The same as long as the configuration is: `latest`, `lost-repository-offsite`. */
  readonly id: string;
  readonly title: string;
  readonly when: string;
  readonly lost: string;
  readonly takes: string;
  readonly cautions: readonly string[];
  readonly placeholders: readonly Placeholder[];
  readonly holdfast: RunbookColumn;
  readonly plain: RunbookColumn;
}

export interface StanzaRunbook {
  readonly stanza: string;
  /** Where everything of it is: name and value. */
  readonly facts: readonly (readonly [string, string])[];
  readonly scenarios: readonly RunbookScenario[];
}

/** The runbook of an installation, as data: pages are made of it, and tests run what it says. Contains no secret. */
export interface Runbook {
  readonly runbookVersion: 1;
  /** holdfast.yaml that it was made from. */
  readonly file: string;
  readonly engineVersion: string;
  readonly shell: { readonly command: string; readonly user: string };
  readonly contacts: readonly string[];
  readonly notes: readonly string[];
  readonly stanzas: readonly StanzaRunbook[];
}
