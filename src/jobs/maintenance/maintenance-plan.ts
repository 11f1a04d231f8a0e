import type { Finding } from '../../model/finding.ts';
import type { FileIdentity } from './held-directory.ts';

/** A file that something is done to. `directory` is below `base`, which the configuration names. */
export interface PlannedFile extends FileIdentity {
  /** Absolute. */
  readonly base: string;
  /** Names of directories below the base, from the outside in. */
  readonly below: readonly string[];
  readonly name: string;
}

/** One thing that maintenance does. */
export type MaintenanceAction =
  /** A log of the engine gets another name; the engine begins a new one. */
  | { readonly kind: 'rotate-log'; readonly file: PlannedFile; readonly to: string }
  | { readonly kind: 'remove-file'; readonly file: PlannedFile; readonly why: string }
  /** Only when it is empty, after its files. */
  | {
      readonly kind: 'remove-directory';
      readonly base: string;
      readonly below: readonly string[];
      readonly name: string;
      readonly why: string;
    }
  | {
      readonly kind: 'remove-pin';
      readonly repository: { readonly name: string; readonly key: number };
      readonly label: string;
      readonly why: string;
    };

/** What maintenance of one stanza would do: data. What is only told of is a finding. */
export interface MaintenancePlan {
  readonly stanza: string;
  /** In the order in which they are done. */
  readonly actions: readonly MaintenanceAction[];
  readonly findings: readonly Finding[];
}

/** What one kind of leftovers came to. */
export type MaintenancePart = Pick<MaintenancePlan, 'actions' | 'findings'>;

/** Where the thing is that an action is about. */
export function placeOf(action: MaintenanceAction): string {
  switch (action.kind) {
    case 'rotate-log':
    case 'remove-file':
      return [action.file.base, ...action.file.below, action.file.name].join('/');
    case 'remove-directory':
      return [action.base, ...action.below, action.name].join('/');
    case 'remove-pin':
      return `${action.label} in ${action.repository.name}`;
    default:
      return action satisfies never;
  }
}
