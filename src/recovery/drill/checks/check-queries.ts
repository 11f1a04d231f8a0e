import type { DrillQuery } from '../../../model/drill.ts';
import { isFailure } from '../../../model/failure.ts';
import { queryRows } from '../../../postgres/query.ts';
import { type DrillCheckContext, failed, notDone, passed, type RunDrillCheck } from '../drill-check.ts';

/** Milliseconds that a query of the user's may take. */
const patienceMs = 600_000;

/** The user's own SQL gives what it should: the only check that knows what the data means. */
export const checkQueries: RunDrillCheck = async (context) => {
  const { queries } = context.settings;
  if (queries.length === 0) return notDone('holdfast.yaml has no queries for drills');
  const answers = [];
  for (const query of queries) answers.push(await ask(query, context));
  const wrong = answers.filter(({ problem }) => problem !== undefined);
  const facts = { queries: answers };
  if (wrong.length === 0) return passed(`${answers.length} queries gave what they should`, facts);
  return failed(wrong.map(({ name, problem }) => `${name}: ${problem}`).join('; '), facts);
};

async function ask(
  { name, database, sql, expect }: DrillQuery,
  { copy, signal }: DrillCheckContext,
): Promise<{ name: string; value: string | null; expect: string; problem: string | undefined }> {
  try {
    const [row] = await queryRows<Record<string, unknown>>(copy.server, sql.replace(/;\s*$/, ''), {
      database,
      timeoutMs: patienceMs,
      signal,
    });
    const value = row === undefined ? null : Object.values(row)[0];
    const text = value === null || value === undefined ? null : String(value);
    const problem = meets(text, expect) ? undefined : `gave ${text ?? 'nothing'}, not ${expect}`;
    return { name, value: text, expect, problem };
  } catch (error) {
    if (!isFailure(error) || error.kind === 'interrupted') throw error;
    return { name, value: null, expect, problem: error.problem };
  }
}

/** Whether an answer is what was expected: `> 0` and the like as numbers, anything else as text. */
export function meets(value: string | null, expect: string): boolean {
  const match = /^\s*(<=|>=|<>|<|>)\s*(-?\d+(?:\.\d+)?)\s*$/.exec(expect);
  if (match === null) return value === expect;
  const [found, wanted] = [Number(value ?? Number.NaN), Number(match[2])];
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
