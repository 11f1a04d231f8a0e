import {
  applyExpire,
  describeExpire,
  judgeExpire,
  type ExpireResult,
} from '../../jobs/expire/apply-expire.ts';
import { planExpire, removesAnything, type ExpirePreview } from '../../jobs/expire/plan-expire.ts';
import { askConsent } from '../ask-consent.ts';
import { chooseRepositories } from '../choose-repositories.ts';
import type { CommandModule } from '../command-definition.ts';

/** `holdfast expire`. */
export const run: CommandModule['run'] = async (input, context) => {
  const stanza = await context.stanza();
  const repositories = chooseRepositories(stanza, input.values('repo')).map(({ name, key }) => ({
    name,
    key,
  }));
  const { signal, onSpawn, terminal } = context;
  const engine = await context.engine();
  const plan = await planExpire(stanza.name, repositories, { engine, signal, onSpawn });
  const anything = plan.previews.some((preview) => preview.failure === undefined && removesAnything(preview));
  const previewText = plan.previews.map((preview) => describeForPeople(preview, 'would remove')).join('');
  if (input.flag('dry-run') || !anything) {
    const failure = judgeExpire(stanza.name, plan.previews);
    if (failure) {
      if (!context.globals.json) terminal.printResult(previewText);
      throw failure;
    }
    const data = {
      stanza: stanza.name,
      dryRun: input.flag('dry-run'),
      repositories: plan.previews.map(describeExpire),
    };
    return { data, text: previewText };
  }
  for (const line of previewText.trimEnd().split('\n')) terminal.printNote(line);
  await askConsent(context, {
    operation: `expire backups of stanza ${stanza.name}`,
    question: 'Remove them?',
  });
  const journal = await context.journal();
  const results = await applyExpire(plan, {
    engine,
    journal,
    actor: await context.actor(),
    cause: context.cause,
    newRunId: () => context.newRunId('expire'),
    pid: process.pid,
    signal,
    onSpawn,
  });
  const text = results.map((result) => describeForPeople(result, 'removed')).join('');
  const failure = judgeExpire(stanza.name, results);
  if (failure) {
    if (!context.globals.json) terminal.printResult(text);
    throw failure;
  }
  return { data: { stanza: stanza.name, dryRun: false, repositories: results.map(describeExpire) }, text };
};

function describeForPeople(result: ExpirePreview | ExpireResult, verb: string): string {
  const { name } = result.repository;
  const warnings = result.warnings.map((warning) => `${name}: pgbackrest warns: ${warning}\n`).join('');
  if (result.failure !== undefined) return `${name}: failed: ${result.failure.problem}\n`;
  if (!removesAnything(result)) return `${warnings}${name}: nothing to remove\n`;
  const sets = result.sets.map((label) => `${name}: ${verb} set ${label}\n`);
  const archives = result.archives.map(
    ({ archiveId, first, last }) => `${name}: ${verb} WAL ${first} to ${last} (${archiveId})\n`,
  );
  return [warnings, ...sets, ...archives].join('');
}
