import type { DrillDocument } from './drill-document.ts';
import { type Measure, measures } from './format-measures.ts';

/** A drill as trends show it. JSON. */
export interface TrendDrill {
  readonly id: string;
  readonly endedAt: string;
  readonly result: DrillDocument['drill']['result'];
  readonly target: string;
  readonly set: string;
  readonly measured: Readonly<Record<Measure, number | null>>;
  readonly phases: DrillDocument['drill']['phases'];
  readonly checks: {
    readonly passed: number;
    readonly failed: number;
    readonly notDone: number;
    readonly notApplicable: number;
  };
}

/** The drills of a repository, the oldest first. */
export interface DrillTrend {
  readonly stanza: string;
  readonly repository: string;
  readonly drills: readonly TrendDrill[];
}

/** Drills by stanza and repository. @param documents the oldest first */
export function followTrends(documents: readonly DrillDocument[]): readonly DrillTrend[] {
  const groups = Map.groupBy(documents, ({ drill }) => JSON.stringify([drill.stanza, drill.repository]));
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const { stanza, repository } = first.drill;
    return [{ stanza, repository, drills: group.map(describe) }];
  });
}

function describe({ drill }: DrillDocument): TrendDrill {
  const { id, endedAt, result, target, set, measured, phases, checks } = drill;
  const count = (wanted: string): number => checks.filter((check) => check.result === wanted).length;
  return {
    id,
    endedAt,
    result,
    target: target.asked,
    set: set.label,
    measured: Object.fromEntries(measures.map((name) => [name, measured[name]])) as TrendDrill['measured'],
    phases,
    checks: {
      passed: count('passed'),
      failed: count('failed'),
      notDone: count('not-done'),
      notApplicable: count('not-applicable'),
    },
  };
}

const blocks = '▁▂▃▄▅▆▇█';

/** One character a value, from zero to the most; a blank where there is none. */
export function sparkline(values: readonly (number | null)[]): string {
  const most = Math.max(0, ...values.flatMap((value) => value ?? []));
  return values
    .map((value) => {
      if (value === null) return ' ';
      const step = most === 0 ? 0 : Math.round((value / most) * (blocks.length - 1));
      return blocks[Math.max(0, Math.min(blocks.length - 1, step))] ?? ' ';
    })
    .join('');
}
