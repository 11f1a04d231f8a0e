import type { EngineInvocation } from '../../facts.ts';
import type { LintProject, LintRule } from '../../lint-rule.ts';
import { holdsPlaceholder } from '../../placeholder.ts';
import { archiveCommands } from './archive-commands.ts';

export const archiveCommandWithoutStanza: LintRule = {
  name: 'archive-command-without-stanza',
  severity: 'critical',
  title: 'archive_command does not name the stanza',
  consequence:
    'archive-push ends with [037] for every segment. Nothing is archived, pg_wal grows until the disk is full, and then the ' +
    'server stops.',
  correct: "archive_command = 'pgbackrest --stanza=main archive-push %p'",
  reproduction: `PostgreSQL 15, pgBackRest 2.45, \`archive_command = 'pgbackrest archive-push %p'\`; the server's log:

\`\`\`
ERROR: [037]: archive-push command requires option: stanza
LOG:  archive command failed with exit code 37
\`\`\``,
  source: 'pgBackRest, Command Reference, archive-push: --stanza is required; it cannot be given in the file',
  *judge(project) {
    if (project.variables.some((variable) => variable.name.value === 'PGBACKREST_STANZA')) return;
    for (const { engineInvocations } of archiveCommands(project)) {
      for (const call of engineInvocations) {
        if (!isPush(call) || stanzaOf(call) !== undefined || mayBeGivenElsewhere(call)) continue;
        yield {
          place: call.invocation.place,
          problem: 'archive_command calls archive-push without --stanza',
          remedy:
            'write `pgbackrest --stanza=NAME archive-push %p`, with the name of the section in pgbackrest.conf.',
          engineError: 37,
        };
      }
    }
  },
};

export const archiveCommandOtherStanza: LintRule = {
  name: 'archive-command-other-stanza',
  severity: 'critical',
  title: 'archive_command names a stanza that the configuration does not have',
  consequence:
    'archive-push looks for a section of that name, finds no pg1-path and ends with [037] for every segment: nothing is ' +
    'archived.',
  correct: "archive_command = 'pgbackrest --stanza=main archive-push %p'   # with [main] in pgbackrest.conf",
  reproduction: `PostgreSQL 15, pgBackRest 2.45, \`[main]\` in pgbackrest.conf, \`--stanza=other\` in archive_command; the server's log:

\`\`\`
ERROR: [037]: option 'pg1-path' must be specified when relative wal paths are used
LOG:  archive command failed with exit code 37
\`\`\``,
  source: 'pgBackRest, src/command/archive/common.c, walPath()',
  *judge(project) {
    const stanzas = configuredStanzas(project);
    if (stanzas === undefined) return;
    for (const { engineInvocations } of archiveCommands(project)) {
      for (const call of engineInvocations) {
        const stanza = stanzaOf(call);
        if (!isPush(call) || stanza?.value === undefined || stanza.value.unknown) continue;
        if (stanzas.has(stanza.value.value) || call.options.some(({ name }) => name.value === 'pg1-path'))
          continue;
        yield {
          place: stanza.value,
          problem: `archive_command names the stanza ${stanza.value.value}, the configuration has ${[...stanzas].join(', ')}`,
          remedy: 'use one name in archive_command, in pgbackrest.conf and in the schedules.',
          engineError: 37,
        };
      }
    }
  },
};

function isPush(call: EngineInvocation): boolean {
  return call.command?.value === 'archive-push';
}

function stanzaOf(call: EngineInvocation) {
  return call.options.find((option) => option.name.value === 'stanza');
}

/** `PGBACKREST_STANZA=main pgbackrest …`, or words that only become options when it runs. */
function mayBeGivenElsewhere({ invocation, parameters }: EngineInvocation): boolean {
  return (
    invocation.assignments.some(({ name }) => name.value === 'PGBACKREST_STANZA') ||
    invocation.wrappers.some((wrapper) => wrapper.includes('PGBACKREST_STANZA')) ||
    invocation.words.some((word) => word.unknown && !word.value.includes('%') && !word.value.includes('=')) ||
    parameters.length > 1
  );
}

/** Names of sections that are stanzas; undefined when there are none, or when one of them is a placeholder. */
function configuredStanzas(project: LintProject): ReadonlySet<string> | undefined {
  const sections = project.engineFiles
    .flatMap((file) => file.settings)
    .filter((setting) => setting.via === 'conf')
    .map((setting) => setting.section.split(':')[0] ?? '');
  const names = sections.filter((name) => name !== '' && name !== 'global');
  if (names.length === 0 || names.some(holdsPlaceholder)) return undefined;
  return new Set(names);
}
