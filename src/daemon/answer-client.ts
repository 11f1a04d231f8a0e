import type { NotifyChannel } from '../config/configuration.ts';
import { Failure } from '../model/failure.ts';
import type { JobOutcome, JobRequest } from '../model/job.ts';
import type { JobQueue } from '../jobs/queue/job-queue.ts';
import type { ChannelTest } from '../notify/send-once.ts';
import { channelMissing, chooseChannels } from '../notify/test-channels.ts';
import type { ArchiveDocument } from '../status/document-archive.ts';
import type { ControlRequest } from './control-protocol.ts';
import type { ControlConversation } from './control-server.ts';
import { stanzaMissing } from './execute-job.ts';
import type { HeldConfiguration } from './held-configuration.ts';
import { submitJob, type SubmittedJob } from './submit-job.ts';

/** What clients may ask of. */
export interface ClientServices {
  readonly queue: JobQueue;
  readonly held: HeldConfiguration;
  readonly status: () => Readonly<Record<string, unknown>>;
  /** @throws Failure journal-damaged */
  readonly health: () => Readonly<Record<string, unknown>>;
  /** What was seen last of every archive. */
  readonly archives: () => readonly ArchiveDocument[];
  /** @returns what became of it, in words. @throws Failure why it was refused */
  readonly reload: () => Promise<string>;
  /** Sends a test to each of these channels. */
  readonly testChannels: (
    channels: readonly NotifyChannel[],
    signal: AbortSignal,
  ) => Promise<readonly ChannelTest[]>;
  /** Aborts when the daemon ends. */
  readonly stop: AbortSignal;
}

/** Does what one client asks. @throws Failure which is the answer then */
export async function answerClient(
  request: ControlRequest,
  conversation: ControlConversation,
  services: ClientServices,
): Promise<void> {
  switch (request.ask) {
    case 'status':
      return conversation.answer({ answer: 'status', status: services.status() });
    case 'archives':
      return conversation.answer({ answer: 'archives', archives: services.archives() });
    case 'health':
      return conversation.answer({ answer: 'health', health: services.health() });
    case 'reload':
      return conversation.answer({ answer: 'done', note: await services.reload() });
    case 'cancel':
      return conversation.answer({ answer: 'done', note: cancel(request.runId, services) });
    case 'test-channels':
      return conversation.answer({
        answer: 'tested',
        tests: await testNamed(request, conversation, services),
      });
    case 'submit':
      return submit(request, conversation, services);
    case 'hold':
      return hold(request, conversation, services);
  }
}

/** @throws Failure usage for a channel that the daemon's configuration has not */
async function testNamed(
  { channels: names }: Extract<ControlRequest, { ask: 'test-channels' }>,
  { gone }: ControlConversation,
  { held, testChannels, stop }: ClientServices,
): Promise<readonly ChannelTest[]> {
  const { chosen, unknown } = chooseChannels(held.configuration.notify, names);
  const [missing] = unknown;
  if (missing !== undefined) throw channelMissing(missing, held.configuration);
  return testChannels(chosen, AbortSignal.any([gone, stop]));
}

function cancel(name: string, { queue }: ClientServices): string {
  const why = new Failure('interrupted', {
    operation: 'run the job',
    problem: 'it was cancelled by `holdfast jobs --cancel`',
  });
  const found = queue.cancel(name, why);
  if (found) return `${found.kind} of stanza ${found.stanza} is being stopped`;
  throw new Failure('nothing-found', {
    operation: 'cancel a job',
    problem: `no job ${name} waits or runs`,
    hint: 'Look at `holdfast jobs`.',
  });
}

async function submit(
  request: Extract<ControlRequest, { ask: 'submit' }>,
  conversation: ControlConversation,
  { queue, held, stop }: ClientServices,
): Promise<void> {
  refuseWhileStopping(stop);
  for (const { stanza } of request.jobs) refuseUnknown(stanza, held);
  const jobs = request.jobs.map((wanted, job) =>
    submitJob(queue, wanted, (event) => conversation.answer({ answer: 'event', job, event })),
  );
  conversation.answer({
    answer: 'queued',
    jobs: jobs.map(({ ahead, heldFor }, job) => ({ job, ahead, heldFor })),
  });
  if (!request.attached) return;
  const withdraw = (): void => withdrawAll(jobs);
  conversation.gone.addEventListener('abort', withdraw, { once: true });
  if (conversation.gone.aborted) withdraw();
  await Promise.all(
    jobs.map(async ({ outcome, followed }, job) => {
      conversation.answer({ answer: 'outcome', job, outcome: describeOutcome(await outcome) });
      const after = await followed;
      if (after) conversation.answer({ answer: 'followed', job, outcome: describeOutcome(after) });
    }),
  );
}

function withdrawAll(jobs: readonly SubmittedJob[]): void {
  const why = new Failure('interrupted', {
    operation: 'run the job',
    problem: 'the command that asked for it was ended',
  });
  // The last first: otherwise each that ends lets the next one begin.
  for (const job of jobs.toReversed()) job.withdraw(why);
}

function describeOutcome(outcome: JobOutcome): Record<string, unknown> {
  return 'failure' in outcome ? { ...outcome, failure: outcome.failure.toJSON() } : { ...outcome };
}

async function hold(
  { stanza, why }: Extract<ControlRequest, { ask: 'hold' }>,
  conversation: ControlConversation,
  { queue, held, stop }: ClientServices,
): Promise<void> {
  refuseWhileStopping(stop);
  refuseUnknown(stanza, held);
  using claim = queue.hold(stanza, why);
  const gone = new Promise<void>((resolve) => {
    if (conversation.gone.aborted) return resolve();
    conversation.gone.addEventListener('abort', () => resolve(), { once: true });
  });
  await Promise.race([claim.granted, gone]);
  if (conversation.gone.aborted) return;
  conversation.answer({ answer: 'held' });
  const stopping = new Promise<void>((resolve) => {
    if (stop.aborted) return resolve();
    stop.addEventListener('abort', () => resolve(), { once: true });
  });
  await Promise.race([gone, stopping]);
  if (stop.aborted) throw stoppingFailure();
}

function refuseWhileStopping(stop: AbortSignal): void {
  if (stop.aborted) throw stoppingFailure();
}

function stoppingFailure(): Failure {
  return new Failure('daemon-unreachable', {
    operation: 'ask the daemon',
    problem: 'the daemon is stopping',
    hint: 'Run the command again when it has ended: `holdfast jobs` shows what it still does.',
  });
}

function refuseUnknown(stanza: JobRequest['stanza'], { configuration }: HeldConfiguration): void {
  const known = configuration.stanzas.some((candidate) => candidate.name === stanza);
  if (!known) throw stanzaMissing(stanza, configuration.file);
}
