import type { CommandList, CommandUse, DocumentFacts, Schedule, ServerSetting } from './facts.ts';
import { joinUnits } from './join-units.ts';
import type { Place } from './lint-document.ts';
import type { LintProject } from './lint-rule.ts';
import { readAlterSystem } from './readers/read-alter-system.ts';
import { readStartOptions } from './readers/read-start-options.ts';
import { readVariableSchedule } from './readers/read-variable-schedule.ts';
import { readCommandList } from './readers/shell/read-command-list.ts';
import { readEngineInvocation } from './readers/shell/read-engine-invocation.ts';

/**
 * Puts the facts of all documents together, with those that follow from facts: commands in settings, settings in
 * commands, schedules in variables. What two readers saw at one place of a file is one fact.
 */
export function assembleProject(
  documents: readonly DocumentFacts[],
): Omit<LintProject, 'engineVersion' | 'fileFacts'> {
  const variables = documents.flatMap((facts) => facts.variables ?? []);
  const ownLists = documents.flatMap((facts) => facts.commandLists ?? []);
  const serverSettings = withoutRepeats(
    [
      ...documents.flatMap((facts) => facts.serverSettings ?? []),
      ...ownLists.flatMap(readStartOptions),
      ...documents.flatMap(readStatements),
    ],
    (setting) => setting.name,
  );
  const commandLists = withoutRepeats(
    [...ownLists, ...serverSettings.flatMap((setting) => commandOf(setting) ?? [])],
    (list) => list.place,
  );
  return {
    documents,
    engineFiles: documents.flatMap((facts) => facts.engineFile ?? []),
    variables: withoutRepeats(variables, (variable) => variable.name),
    serverSettings,
    commandLists,
    engineInvocations: commandLists.flatMap(({ commands }) =>
      commands.flatMap((command) => readEngineInvocation(command) ?? []),
    ),
    schedules: joinUnits(
      withoutRepeats(
        [
          ...documents.flatMap((facts) => facts.schedules ?? []),
          ...variables.flatMap((variable) => readVariableSchedule(variable) ?? []),
        ],
        (schedule: Schedule) => schedule.expressions[0] ?? schedule.place,
      ),
      documents,
    ),
    claims: documents.flatMap((facts) => facts.claims ?? []),
  };
}

/** Sentences of a document are no statements; its blocks are documents of their own. */
function readStatements({ document }: DocumentFacts): readonly ServerSetting[] {
  return document.kind === 'markdown' ? [] : readAlterSystem(document);
}

const commandSettings: Readonly<Record<string, CommandUse>> = {
  archive_command: 'archive_command',
  restore_command: 'restore_command',
  archive_cleanup_command: 'restore_command',
  recovery_end_command: 'restore_command',
};

function commandOf({ name, value }: ServerSetting): CommandList | undefined {
  const setting = name.value.toLowerCase();
  const use = Object.hasOwn(commandSettings, setting) ? commandSettings[setting] : undefined;
  return use === undefined || value.value === '' ? undefined : readCommandList(value, use);
}

/** Keeps the first of those that begin at one place of one file. */
function withoutRepeats<Fact>(facts: readonly Fact[], placeOf: (fact: Fact) => Place): readonly Fact[] {
  const seen = new Set<string>();
  return facts.filter((fact) => {
    const { document, start } = placeOf(fact);
    const key = `${document.fileOffset(start)} ${document.file}`;
    const isNew = !seen.has(key);
    seen.add(key);
    return isNew;
  });
}
