import { Failure, failureCodes, type FailureKind } from './failure.ts';

/**
 * A failure that came as JSON: from the journal or over the daemon's socket.
 *
 * @param json what `Failure.toJSON()` gave
 * @returns undefined for what is not one of the closed list (a bug that was written down, another version's kind)
 */
export function readFailure(json: unknown): Failure | undefined {
  if (typeof json !== 'object' || json === null) return undefined;
  const { kind, operation, place, problem, hint, details } = json as Record<string, unknown>;
  if (typeof kind !== 'string' || !Object.hasOwn(failureCodes, kind)) return undefined;
  return new Failure(kind as FailureKind, {
    operation: text(operation) ?? 'do what was asked',
    place: text(place),
    problem: text(problem) ?? 'it failed',
    hint: text(hint),
    details:
      typeof details === 'object' && details !== null ? (details as Record<string, unknown>) : undefined,
  });
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
