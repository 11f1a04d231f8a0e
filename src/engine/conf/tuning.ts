import type { ConfOption, ConfSection } from './conf-option.ts';
import { option } from './conf-option.ts';

/** What the choices depend on. */
export interface Machine {
  /** Processor cores that this host may use. */
  readonly cores: number;
}

/**
 * What Holdfast sets where holdfast.yaml says nothing, because the engine's own defaults (gzip level 6, one process,
 * WAL one by one) are made to run anywhere and take ten times as long. Measured in docs/tuning.md.
 *
 * Never set here: archive-push-queue-max (it throws WAL away), delta for backups (it reads and checksums everything).
 */
export function tunedOptions(machine: Machine): ConfSection[] {
  const processes = backupProcesses(machine.cores);
  const walProcesses = Math.min(4, processes);
  return [
    {
      name: 'global',
      options: [
        ...option('compress-type', 'zst', 'compresses as well as gzip in a fifth of the time'),
        ...option('compress-level', 1),
        ...option('process-max', processes, 'half of the cores, because the server needs the others'),
        ...option('start-fast', true, 'a backup begins at once, not after the next checkpoint'),
        ...option('archive-async', true, 'WAL goes out and comes in by several processes'),
      ],
    },
    { name: 'global:archive-push', options: option('process-max', walProcesses) },
    {
      name: 'global:archive-get',
      options: [
        ...option('process-max', walProcesses),
        ...option('archive-get-queue-max', '512MiB', 'WAL that recovery will want next is fetched ahead'),
      ],
    },
    {
      name: 'global:restore',
      options: option(
        'process-max',
        restoreProcesses(machine.cores),
        'the server is down: all cores may work',
      ),
    },
  ];
}

/** Two at least (one compresses while the other writes), eight at most. */
function backupProcesses(cores: number): number {
  return Math.min(8, Math.max(2, Math.ceil(cores / 2)));
}

function restoreProcesses(cores: number): number {
  return Math.min(32, Math.max(2, cores));
}

/** Levels that the engine takes by itself, written out where a narrower section changes only the type. */
export const defaultCompressLevels: Readonly<Record<string, string>> = {
  gz: '6',
  bz2: '9',
  lz4: '1',
  zst: '3',
};

/**
 * Leaves out of our choices what the user's own options replace: the same option in the same section, an option
 * for one command when the user set it for all, and the level of a compression the user changed.
 *
 * @param own the user's global options by section name
 */
export function yieldToUser(
  chosen: readonly ConfSection[],
  own: ReadonlyMap<string, readonly ConfOption[]>,
): ConfSection[] {
  const names = (section: string): Set<string> =>
    new Set((own.get(section) ?? []).map((candidate) => candidate.name));
  const everywhere = names('global');
  if (everywhere.has('compress-type')) everywhere.add('compress-level');
  return chosen.map((section) => {
    const here = names(section.name);
    return {
      name: section.name,
      options: section.options.filter(
        (candidate) => !here.has(candidate.name) && !everywhere.has(candidate.name),
      ),
    };
  });
}
