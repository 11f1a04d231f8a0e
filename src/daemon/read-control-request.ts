import * as z from 'zod';
import { Failure } from '../model/failure.ts';
import { drillChecks, drillTargets, type DrillWish } from '../model/drill.ts';
import { jobKinds, type JobRequest } from '../model/job.ts';
import type { ControlRequest } from './control-protocol.ts';

const name = z.string().min(1).max(200);

const drillWish: Record<keyof DrillWish, z.ZodType> = {
  target: z.union([
    z.enum(drillTargets),
    z.strictObject({ to: z.string().max(1000), timezone: name.optional() }),
  ]),
  checks: z.array(z.enum(drillChecks)).max(100),
  repositories: z.array(name).max(1000),
  timeline: z.number().int().positive().optional(),
  keepMs: z.number().int().positive().optional(),
};

const jobShape: Record<keyof JobRequest, z.ZodType> = {
  kind: z.enum(jobKinds),
  stanza: name,
  repository: name.optional(),
  backupType: z.enum(['full', 'diff', 'incr']).optional(),
  set: name.optional(),
  drill: z.strictObject(drillWish).optional(),
  annotations: z.record(z.string().max(1000), z.string().max(10_000)),
  origin: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('request') }),
    z.strictObject({ kind: z.literal('follow-up'), of: name }),
  ]),
  actor: z.strictObject({ user: name, host: name, via: name }),
  cause: z.string().max(10_000),
  timeoutMs: z.number().int().positive().optional(),
  leaseWaitMs: z.number().int().nonnegative().optional(),
  priority: z.number().int().min(-1000).max(1000),
};
const jobRequest = z.strictObject(jobShape);

const controlRequest = z.discriminatedUnion('ask', [
  z.strictObject({ ask: z.literal('status') }),
  z.strictObject({
    ask: z.literal('submit'),
    jobs: z.array(jobRequest).min(1).max(100),
    attached: z.boolean(),
  }),
  z.strictObject({ ask: z.literal('cancel'), runId: name }),
  z.strictObject({ ask: z.literal('hold'), stanza: name, why: z.string().max(1000) }),
  z.strictObject({ ask: z.literal('test-channels'), channels: z.array(name).max(1000) }),
  z.strictObject({ ask: z.literal('archives') }),
  z.strictObject({ ask: z.literal('health') }),
  z.strictObject({ ask: z.literal('reload') }),
]);

/**
 * Reads one line of a client. Jobs of a schedule are never taken from outside: only the scheduler makes them.
 *
 * @throws Failure usage for whatever is not a request
 */
export function readControlRequest(line: string): ControlRequest {
  let document: unknown;
  try {
    document = JSON.parse(line);
  } catch (error) {
    throw refused('it is not JSON', error);
  }
  const { success, data, error } = controlRequest.safeParse(document);
  if (success) return data as ControlRequest;
  const [issue] = error.issues;
  throw refused(`${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'it is not a request'}`, error);
}

function refused(problem: string, cause: unknown): Failure {
  return new Failure('usage', {
    operation: 'read what a client asks of the daemon',
    problem,
    hint: 'Use the same version of Holdfast for the command and for the daemon: restart the daemon after an update.',
    cause,
  });
}
