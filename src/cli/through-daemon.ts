import { callDaemon, unreachable, type ControlCall } from '../daemon/control-client.ts';
import type { ControlAnswer } from '../daemon/control-protocol.ts';
import { followUpOf } from '../jobs/queue/follow-up.ts';
import { Failure } from '../model/failure.ts';
import { readFailure } from '../model/read-failure.ts';
import type { JobOutcome, JobRequest } from '../model/job.ts';
import type { CommandContext } from './context.ts';
import type { FoundDaemon } from './find-daemon.ts';
import type { JobsObserver } from './run-jobs.ts';

/** Milliseconds for the daemon to take jobs in: it does nothing for that but count. */
const patienceMs = 10_000;

/**
 * Has the daemon run jobs, and tells what happens as if they ran here: outcomes come in the order of the requests,
 * each followed by what followed it. When this command is stopped the jobs are withdrawn.
 *
 * @returns undefined when the daemon ended before it took them
 * @throws Failure daemon-unreachable when it ended or broke off while they ran
 */
export async function runThroughDaemon(
  daemon: FoundDaemon,
  requests: readonly JobRequest[],
  context: Pick<CommandContext, 'signal' | 'terminal'>,
  observer: JobsObserver,
): Promise<readonly JobOutcome[] | undefined> {
  using call = await callDaemon(daemon.socket, { ask: 'submit', jobs: requests, attached: true });
  const queued = await call?.next(patienceMs);
  if (call === undefined || queued === undefined) return undefined;
  sayWhatIsAhead(queued, context);
  const { signal } = context;
  const withdraw = (): void => call.withdraw();
  signal.addEventListener('abort', withdraw, { once: true });
  if (signal.aborted) withdraw();
  try {
    return await collectOutcomes(call, daemon, requests, { signal, observer });
  } finally {
    signal.removeEventListener('abort', withdraw);
  }
}

/** Only has them queued. @returns the note for people. @throws Failure daemon-unreachable */
export async function leaveToDaemon(daemon: FoundDaemon, requests: readonly JobRequest[]): Promise<string> {
  using call = await callDaemon(daemon.socket, { ask: 'submit', jobs: requests, attached: false });
  const answer = await call?.next(patienceMs);
  if (answer?.answer !== 'queued') throw unreachable(daemon.socket, 'it ended while it was asked');
  const count = requests.length;
  return `the daemon has ${count === 1 ? 'the job' : `${count} jobs`}: \`holdfast jobs\` shows how it goes`;
}

function sayWhatIsAhead(answer: ControlAnswer, { terminal }: Pick<CommandContext, 'terminal'>): void {
  if (answer.answer !== 'queued') return;
  const { ahead = 0, heldFor } = answer.jobs[0] ?? {};
  if (heldFor !== undefined) {
    terminal.printNote(`holdfast: waits, because the stanza is held: ${heldFor}`);
    return;
  }
  if (ahead === 0) return;
  const who = ahead === 1 ? 'a job' : `${ahead} jobs`;
  terminal.printNote(`holdfast: the daemon has ${who} before this: \`holdfast jobs\` shows them`);
}

async function collectOutcomes(
  call: ControlCall,
  daemon: FoundDaemon,
  requests: readonly JobRequest[],
  { signal, observer }: { readonly signal: AbortSignal; readonly observer: JobsObserver },
): Promise<readonly JobOutcome[]> {
  const endings = new Endings(requests, observer);
  for (let answer = await call.next(); answer !== undefined; answer = await call.next()) {
    if (answer.answer === 'event') observer.onEvent(answer.job, answer.event);
    else if (answer.answer === 'outcome') endings.ended(answer.job, readOutcome(answer.outcome));
    else if (answer.answer === 'followed') endings.followed(answer.job, readOutcome(answer.outcome));
  }
  if (!endings.complete) throw brokenOff(daemon);
  // One that was withdrawn before it began is none, as without a daemon.
  const isNone = (outcome: JobOutcome): boolean =>
    signal.aborted && outcome.result === 'interrupted' && outcome.runId === undefined;
  return endings.tellRest(isNone);
}

/** Tells outcomes in the order of the requests, although the daemon may do some of them side by side. */
class Endings {
  readonly #requests: readonly JobRequest[];
  readonly #observer: JobsObserver;
  readonly #outcomes: (JobOutcome | undefined)[];
  readonly #followed: (JobOutcome | undefined)[];
  readonly #told: JobOutcome[] = [];
  #next = 0;

  constructor(requests: readonly JobRequest[], observer: JobsObserver) {
    this.#requests = requests;
    this.#observer = observer;
    this.#outcomes = requests.map(() => undefined);
    this.#followed = requests.map(() => undefined);
  }

  get complete(): boolean {
    return this.#outcomes.every((outcome) => outcome !== undefined);
  }

  ended(job: number, outcome: JobOutcome): void {
    this.#outcomes[job] = outcome;
    this.#tell();
  }

  followed(job: number, outcome: JobOutcome): void {
    this.#followed[job] = outcome;
    this.#tell();
  }

  /** Nothing more comes: what should have followed does not. */
  tellRest(isNone: (outcome: JobOutcome) => boolean): readonly JobOutcome[] {
    while (this.#next < this.#requests.length) this.#tellNext(isNone);
    return this.#told;
  }

  #tell(): void {
    for (;;) {
      const [request, outcome] = [this.#requests[this.#next], this.#outcomes[this.#next]];
      if (request === undefined || outcome === undefined || outcome.result === 'interrupted') return;
      if (followUpOf(request, outcome) !== undefined && this.#followed[this.#next] === undefined) return;
      this.#tellNext(() => false);
    }
  }

  #tellNext(isNone: (outcome: JobOutcome) => boolean): void {
    const job = this.#next;
    this.#next += 1;
    const [outcome, followed] = [this.#outcomes[job], this.#followed[job]];
    if (outcome === undefined || isNone(outcome)) return;
    this.#told.push(outcome);
    this.#observer.onOutcome(job, outcome);
    if (followed) this.#observer.onFollowUp?.(job, followed);
  }
}

function brokenOff({ socket }: FoundDaemon): Failure {
  return unreachable(socket, 'it ended before the work was done', undefined, {
    hint: 'What it had begun may go on: start the daemon again, which brings it to its end, and look at `holdfast journal`.',
  });
}

/** An outcome as it came over the socket. A bug there is a failure here. */
function readOutcome(document: Readonly<Record<string, unknown>>): JobOutcome {
  if (document['result'] !== 'failed' && document['result'] !== 'interrupted')
    return document as unknown as JobOutcome;
  const failure =
    readFailure(document['failure']) ??
    new Failure('operation-unfinished', {
      operation: 'run the job',
      problem: 'the daemon says that it failed, but not in words of this version',
      hint: 'Restart the daemon after an update of Holdfast.',
    });
  return { ...(document as unknown as Extract<JobOutcome, { failure: Failure }>), failure };
}
