import { rebuildFromRepositories } from '../../jobs/journal/rebuild-from-repositories.ts';
import type { CommandResult } from '../command-definition.ts';
import type { CommandContext } from '../context.ts';
import { printable } from '../output/printable.ts';

/** `holdfast journal --rebuild`: heals what is damaged, then adds what only the repositories know. */
export async function rebuildTheJournal(context: CommandContext): Promise<CommandResult> {
  const opened = await context.journal();
  const damage = opened.findDamage();
  const journal = damage.length === 0 ? opened : await context.replaceJournal();
  const { added, unreadable } = await rebuildFromRepositories({
    configuration: await context.configuration(),
    engine: await context.engine(),
    journal,
    actor: await context.actor(),
    signal: context.signal,
  });
  const text = [
    ...damage.map((line) => `damaged: ${line}`),
    ...added.map((run) => `added ${run.id}: ${run.stanza} in ${run.repository}, set ${run.label}`),
    ...unreadable.map(
      ({ stanza, repository, problem }) =>
        `warning: ${stanza} in ${repository} could not be read: ${problem}`,
    ),
    `${added.length === 0 ? 'no' : added.length} runs were added out of the repositories`,
  ];
  return {
    data: { file: journal.file, damage, added: added.map((run) => run.id), unreadable },
    text: `${text.map(printable).join('\n')}\n`,
    exitCode: unreadable.length > 0 ? 1 : 0,
  };
}
