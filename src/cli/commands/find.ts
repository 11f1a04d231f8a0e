import { parseDuration } from '../../model/duration.ts';
import { Failure } from '../../model/failure.ts';
import { makeCopy, planCopy } from '../../recovery/copy/make-copy.ts';
import { findMoment, type FindRequest, type FoundMoment } from '../../recovery/find/find-moment.ts';
import { probeQuery } from '../../recovery/find/run-probe.ts';
import { parseRestoreTarget } from '../../recovery/parse-target.ts';
import type { CopyDependencies } from '../../recovery/copy/copy-deps.ts';
import type { CopyRecord } from '../../model/copy.ts';
import { chooseRepositories } from '../choose-repositories.ts';
import type { CommandInput, CommandModule } from '../command-definition.ts';
import type { CommandContext } from '../context.ts';
import { copyDependencies, sweepAndTell } from '../copy-deps.ts';
import { describeCopy } from '../output/copy-report.ts';
import { describeFound, documentFound, listProgress, lookProgress } from '../output/find-report.ts';
import { openProgressLine } from '../output/progress-line.ts';
import { showRestoreEvent } from '../output/restore-report.ts';
import { recordRun } from '../record-run.ts';
import { readTimeline } from '../restore-options.ts';
import { documentCopy } from './clone.ts';

/** `holdfast find`. */
export const run: CommandModule['run'] = async (input, context) => {
  using progress = openProgressLine(context.terminal, () => performance.now());
  const deps = await copyDependencies(context, (event) =>
    showRestoreEvent(event, context.terminal, progress),
  );
  const request = await readRequest(input, context);
  await sweepAndTell(context, deps);
  const started = context.now();
  const { found, kept, answer, elapsedMs } = await recordRun(
    context,
    { kind: 'find', stanza: request.stanza },
    async () => {
      const moment = await findMoment(request, {
        ...deps,
        onList: (done, total) => progress.say(listProgress(done, total)),
        onLook: (look) => progress.say(lookProgress(look)),
      });
      progress.clear();
      const clone = await keep(input.value('keep'), request, moment, deps);
      const took = context.now() - started;
      const document = documentFound(request, moment, took);
      return {
        value: { found: moment, kept: clone, answer: document, elapsedMs: took },
        facts: { ...document, clone: clone?.id ?? null },
      };
    },
  );
  const clear = found.bad !== undefined && found.suspects.length === 1;
  return {
    data: {
      ...answer,
      clone: kept === undefined ? null : documentCopy(kept),
    },
    text: `${describeFound(request, found, elapsedMs)}${kept === undefined ? '' : `\n${describeCopy(kept)}`}`,
    exitCode: clear ? 0 : 1,
  };
};

async function readRequest(input: CommandInput, context: CommandContext): Promise<FindRequest> {
  const [sql, between] = [input.value('probe'), input.value('between')];
  if (sql === undefined || between === undefined) throw usage('find needs --probe and --between');
  probeQuery(sql);
  const stanza = await context.stanza();
  const repositoryName = input.value('repo');
  if (repositoryName !== undefined) chooseRepositories(stanza, [repositoryName]);
  const options = { now: new Date(context.now()), timezone: input.value('timezone') };
  const from = parseRestoreTarget(between, options);
  const until = parseRestoreTarget(input.value('and') ?? 'latest', options);
  if (from.kind === 'latest') throw usage('--between latest: nothing comes behind the end of the WAL');
  if (until.kind === 'immediate') throw usage('--and immediate: the end must be a moment behind --between');
  if (from.kind === 'time' && until.kind === 'time' && from.microseconds >= until.microseconds)
    throw usage('--and must be later than --between');
  const node = stanza.nodes.find(({ host }) => host === undefined);
  return {
    stanza: stanza.name,
    probe: {
      sql,
      database: input.value('database') ?? node?.database ?? 'postgres',
      onError: readOnError(input.value('on-error')),
      timeoutMs: readTimeout(input.value('probe-timeout')),
    },
    from,
    until,
    repositoryName,
    timeline: readTimeline(input.value('timeline')),
  };
}

function readOnError(text: string | undefined): FindRequest['probe']['onError'] {
  return text === 'good' || text === 'bad' ? text : 'stop';
}

function readTimeout(text: string | undefined): number {
  const seconds = text === undefined ? 600 : parseDuration(text);
  if (seconds !== undefined && seconds > 0) return seconds * 1000;
  throw usage(`--probe-timeout ${text} is no duration such as 30s or 10m`);
}

/** What was searched with is gone: a clone is a copy of its own, which stays and can be written to. */
async function keep(
  which: string | undefined,
  request: FindRequest,
  found: FoundMoment,
  deps: CopyDependencies,
): Promise<CopyRecord | undefined> {
  const commit = which === 'good' ? found.good : which === 'bad' ? found.bad : undefined;
  if (commit === undefined) return undefined;
  const planned = await planCopy(
    {
      purpose: 'clone',
      stanza: request.stanza,
      target: { kind: 'lsn', lsn: commit.lsn },
      repositoryName: found.repository,
      timeline: found.timeline,
    },
    deps,
  );
  return (await makeCopy(planned, deps)).record;
}

function usage(problem: string): Failure {
  return new Failure('usage', {
    operation: 'read the command line',
    problem,
    hint: "For example: `holdfast find --probe 'SELECT count(*) > 1000 FROM orders' --between '3 hours ago'`.",
  });
}
