import type { DrillQuery } from '../../../model/drill.ts';
import { isFailure } from '../../../model/failure.ts';
import { queryForeign } from '../../../postgres/query.ts';
import { type DrillCheckContext, failed, notApplicable, passed, type RunDrillCheck } from '../drill-check.ts';

/** Milliseconds that a query of the user's may take. */
const patienceMs = 600_000;

/** What a query gave. JSON. */
interface Answer {
  readonly name: string;
  readonly database: string;
  readonly value: string | null;
  readonly expect: string;
  readonly problem?: string;
}

/** The user's own SQL gives what it should: the only check that knows what the data means. It can change nothing. */
export const checkQueries: RunDrillCheck = async (context) => {
  const { queries } = context.settings;
  if (queries.length === 0) return notApplicable('holdfast.yaml has no queries for drills');
  const answers: Answer[] = [];
  for (const query of queries) {
    answers.push(await ask(query, context));
    context.onProgress?.({ message: query.name, percent: (100 * answers.length) / queries.length });
  }
  const wrong = answers.filter(({ problem }) => problem !== undefined);
  const facts = { queries: answers };
  if (wrong.length > 0)
    return failed(wrong.map(({ name, problem }) => `${name}: ${String(problem)}`).join('; '), facts);
  return passed(
    answers.length === 1 ? '1 query gave what it should' : `${answers.length} queries gave what they should`,
    facts,
  );
};

async function ask(
  { name, database, sql, expect }: DrillQuery,
  { copy, signal }: DrillCheckContext,
): Promise<Answer> {
  try {
    const found = await queryForeign(copy.server, sql, { database, timeoutMs: patienceMs, signal });
    const value = found ?? null;
    if (meets(value, expect)) return { name, database, value, expect };
    const gave = found === undefined ? 'gave no row' : `gave ${found ?? 'NULL'}`;
    return { name, database, value, expect, problem: `${gave}, not ${expect}` };
  } catch (error) {
    if (!isFailure(error) || error.kind === 'interrupted') throw error;
    return { name, database, value: null, expect, problem: error.problem };
  }
}

/** Whether an answer is what was expected: `> 0` and the like as numbers, anything else as text. */
export function meets(value: string | null, expect: string): boolean {
  const match = /^\s*(<=|>=|<>|<|>)\s*(-?\d+(?:\.\d+)?)\s*$/.exec(expect);
  if (match === null) return value === expect;
  const [found, wanted] = [Number(value?.trim() || Number.NaN), Number(match[2])];
  if (Number.isNaN(found)) return false;
  switch (match[1]) {
    case '<':
      return found < wanted;
    case '<=':
      return found <= wanted;
    case '>':
      return found > wanted;
    case '>=':
      return found >= wanted;
    default:
      return found !== wanted;
  }
}
