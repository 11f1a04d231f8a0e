import { Failure } from '../model/failure.ts';
import type { PatroniAccess } from '../model/stanza.ts';
import { askPatroni, type PatroniAnswer, type PatroniOrder } from './patroni-request.ts';

/** Access with the right to change something. */
export interface PatroniControl extends PatroniAccess {
  /** `Basic …`; undefined where no user is configured. */
  readonly authorization?: string | undefined;
}

/** The header of a user and a password. */
export function basicAuthorization(username: string, password: string): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}

/** The same rights at the REST API of another member. */
export function controlOf(control: PatroniControl, url: string): PatroniControl {
  return { ...control, url };
}

/**
 * Pauses the cluster, or ends the pause: Patroni then neither starts nor stops PostgreSQL and elects no leader. Setting
 * what is set changes nothing, which is how the right to change something is tried.
 *
 * @throws Failure server-unreachable; not-permitted; server-failed
 * @see https://patroni.readthedocs.io/en/latest/pause.html
 */
export async function setPatroniPause(
  control: PatroniControl,
  pause: boolean,
  signal?: AbortSignal,
): Promise<void> {
  // `null` takes the key away, as patronictl resume does.
  const body = { pause: pause ? true : null };
  const answer = await give(control, '/config', { method: 'PATCH', body }, signal);
  if (answer.status !== 200) throw refused(control, pause ? 'pause Patroni' : 'end the pause', answer);
}

/** Lets Patroni stop PostgreSQL and start it as it always does; returns when it runs. @throws Failure as above */
export async function restartByPatroni(
  control: PatroniControl,
  options: { readonly timeoutMs: number; readonly signal?: AbortSignal | undefined },
): Promise<void> {
  const { timeoutMs, signal } = options;
  const answer = await give(control, '/restart', { method: 'POST', body: {}, timeoutMs }, signal);
  if (answer.status !== 200) throw refused(control, 'restart PostgreSQL by Patroni', answer);
}

/**
 * Lets a replica be made anew. It answers when that has begun. `from-leader` (Patroni 4.1) keeps it from copying another
 * replica; older ones do not know it and leave it alone.
 *
 * @throws Failure as above
 */
export async function reinitializeMember(control: PatroniControl, signal?: AbortSignal): Promise<void> {
  const body = { force: true, 'from-leader': true };
  const answer = await give(control, '/reinitialize', { method: 'POST', body }, signal);
  if (answer.status !== 200) throw refused(control, 'build the replica anew', answer);
}

async function give(
  control: PatroniControl,
  path: string,
  order: PatroniOrder,
  signal: AbortSignal | undefined,
): Promise<PatroniAnswer> {
  const { authorization } = control;
  const answer = await askPatroni(control, path, signal, { timeoutMs: 10_000, ...order, authorization });
  if (answer.status !== 401 && answer.status !== 403) return answer;
  throw new Failure('not-permitted', {
    operation: 'give Patroni an order',
    place: control.url,
    problem: `its REST API refuses it (${answer.status}: ${textOf(answer)})`,
    hint: 'Set `patroni.username` and `patroni.password` to those of restapi.authentication, `certificateFile` and `keyFile` where restapi.verify_client asks for them, and let this host in (restapi.allowlist).',
  });
}

function refused(control: PatroniControl, operation: string, answer: PatroniAnswer): Failure {
  return new Failure('server-failed', {
    operation,
    place: control.url,
    problem: `Patroni answered ${answer.status}: ${textOf(answer)}`,
    hint: 'Look at its log, and at `patronictl list`.',
  });
}

function textOf({ body }: PatroniAnswer): string {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return text.trim().slice(0, 200) || 'nothing';
}
