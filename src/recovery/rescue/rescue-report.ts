import type { RowCounts } from './merge-rows.ts';
import type { TriggerChoice } from './change-script.ts';
import type { LostDependent } from './find-dependents.ts';

/** What a rescue found and would do: the content of report.json. */
export interface RescueReport {
  readonly id: string;
  readonly stanza: string;
  readonly database: string;
  /** What the copy was restored to, in words. */
  readonly target: string;
  readonly set: string;
  readonly repository: string;
  /** `change`: the live tables are changed. `schema`: they are put beside, into a schema of their own. */
  readonly mode: 'change' | 'schema';
  readonly intoSchema: string | undefined;
  /** SQL that rows were chosen by. */
  readonly where: string | undefined;
  /** Rows that only the live table has are deleted. */
  readonly deleteNew: boolean;
  readonly triggers: TriggerChoice;
  /** What is referred to first. */
  readonly tables: readonly RescuedTable[];
  /** Tables that refer to each other in a circle, each circle once. */
  readonly circles: readonly (readonly string[])[];
  readonly largeObjects: { readonly missing: number; readonly changed: number; readonly equal: number };
  /** What went along and is not brought back. */
  readonly notRestored: readonly LostDependent[];
  readonly notes: readonly string[];
  /** Whether there is anything to be applied. */
  readonly changes: boolean;
  readonly files: RescueFiles;
  /** What a person types to run the scripts, for a shell. */
  readonly commands: { readonly change: string; readonly rollback: string };
}

/** Where the change lies. Absolute. */
export interface RescueFiles {
  readonly directory: string;
  readonly change: string;
  readonly rollback: string;
  readonly report: string;
  /** Statements for what is not brought back; undefined: there is nothing of that kind. */
  readonly byHand: string | undefined;
}

/** One table. */
export interface RescuedTable {
  readonly name: string;
  /** `compare`: it is there. `create`: it comes back whole. `beside`: into another schema. */
  readonly action: 'compare' | 'create' | 'beside';
  /** Columns that rows are known by; undefined: whole rows. */
  readonly key: readonly string[] | undefined;
  readonly rows: RowCounts;
  /** What the change does. */
  readonly applied: { readonly inserts: number; readonly updates: number; readonly deletes: number };
  readonly changedColumns: Readonly<Record<string, number>>;
  readonly samples: {
    readonly missing: readonly string[];
    readonly changed: readonly string[];
    readonly new: readonly string[];
  };
  /** Triggers that are off while the rows go in. */
  readonly triggersOff: readonly string[];
  readonly notes: readonly string[];
}
