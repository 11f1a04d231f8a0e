import type { Finding } from '../../model/finding.ts';
import { type DirectoryEntry, HeldDirectory } from './held-directory.ts';
import type { MaintenanceAction, MaintenancePart } from './maintenance-plan.ts';
import { planned } from './plan-logs.ts';

export interface TreeRules {
  readonly why: string;
  /** Whether a file of this name belongs there. */
  readonly isExpected: (name: string) => boolean;
}

/**
 * The removal of a directory that Holdfast made: each file, then each directory once it is empty. When anything is in it
 * that does not belong there (a link, a device, the mark of a data directory) nothing of it is removed.
 *
 * @param below names of directories below the base; the last is the one to be removed
 */
export async function planTreeRemoval(
  base: string,
  below: readonly string[],
  rules: TreeRules,
): Promise<MaintenancePart> {
  await using root = await HeldDirectory.open(base);
  if (root === undefined) return { actions: [], findings: [] };
  const walk: Walk = { base: root.path, actions: [], strange: [], rules };
  await descend(root, [], below, walk);
  if (walk.strange.length === 0) return { actions: walk.actions, findings: [] };
  return { actions: [], findings: [leftAlone([root.path, ...below].join('/'), walk.strange)] };
}

interface Walk {
  readonly base: string;
  readonly actions: MaintenanceAction[];
  readonly strange: string[];
  readonly rules: TreeRules;
}

/** Holds every directory on the way open, then walks the last one. */
async function descend(
  held: HeldDirectory,
  above: readonly string[],
  [name, ...rest]: readonly string[],
  walk: Walk,
): Promise<void> {
  if (name === undefined) return;
  const entry = await held.look(name);
  if (entry === undefined) return;
  await using inner = entry.kind === 'directory' ? await held.enter(name) : undefined;
  if (inner === undefined) walk.strange.push([...above, name].join('/'));
  else if (rest.length > 0) await descend(inner, [...above, name], rest, walk);
  else {
    await collect(inner, [...above, name], walk);
    removeDirectory(above, name, walk);
  }
}

async function collect(held: HeldDirectory, below: readonly string[], walk: Walk): Promise<void> {
  for (const entry of await held.list()) {
    if (isStrange(entry, walk.rules)) {
      walk.strange.push([...below, entry.name].join('/'));
    } else if (entry.kind === 'file') {
      const file = planned(walk.base, below, entry);
      walk.actions.push({ kind: 'remove-file', file, why: walk.rules.why });
    } else {
      await using inner = await held.enter(entry.name);
      if (inner === undefined) walk.strange.push([...below, entry.name].join('/'));
      else {
        await collect(inner, [...below, entry.name], walk);
        removeDirectory(below, entry.name, walk);
      }
    }
  }
}

function removeDirectory(below: readonly string[], name: string, { base, actions, rules }: Walk): void {
  actions.push({ kind: 'remove-directory', base, below, name, why: rules.why });
}

/** PG_VERSION and pg_control stand in every data directory, PG_15_… in every tablespace. */
function isStrange({ name, kind }: DirectoryEntry, { isExpected }: TreeRules): boolean {
  if (kind === 'other' || /^(PG_VERSION|pg_control|PG_\d+_\d+|base|pg_wal|postmaster\.pid)$/.test(name))
    return true;
  return kind === 'file' && !isExpected(name);
}

function leftAlone(place: string, strange: readonly string[]): Finding {
  return {
    rule: 'left-alone',
    severity: 'advice',
    subject: place,
    problem: 'it is a leftover of Holdfast by its name, and has something in it that is not',
    evidence: strange.slice(0, 5).join(', '),
    remedy: 'Look at what that is; nothing was removed. Remove the directory by hand when nobody needs it.',
  };
}
