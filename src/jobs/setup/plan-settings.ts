import type { Stanza } from '../../config/configuration.ts';
import { maskCommand } from '../../model/mask-command.ts';
import { wantedArchiveTimeout } from '../../model/wanted-archive-timeout.ts';
import { isSameArchiveCommand } from '../../model/same-archive-command.ts';
import { alterSystemStatement, type ServerSetting } from '../../postgres/settings.ts';
import type { ObservedServer, SetupObservations } from './setup-observations.ts';
import type { SetupStep } from './setup-plan.ts';

/** Settings that setup reads. */
export const archivingSettings = [
  'wal_level',
  'archive_mode',
  'archive_command',
  'archive_library',
  'archive_timeout',
] as const;

/** Steps for the server's settings and for the restart that some of them need. */
export function planSettings(stanza: Stanza, seen: SetupObservations): SetupStep[] {
  const { server } = seen;
  if (server === undefined) {
    return [serverStep('skipped', 'no server of this stanza is on this host: run setup there too')];
  }
  if (!server.accepting) {
    const reason = server.running
      ? `the server does not answer: ${server.problem}`
      : 'the server does not run: start it';
    return [serverStep('waiting', reason)];
  }
  const steps = [
    planWalLevel(server),
    planArchiveMode(server),
    ...planArchiveLibrary(server),
    planArchiveCommand(server, seen.wantedArchiveCommand, stanza.name),
    planArchiveTimeout(server, stanza.objectives.rpo),
  ].map((step) => yieldToOthers(withCommand(step, server), server, stanza));
  return [...steps, planRestart(steps, server)];
}

/*
 * A file may spell a value in any way that PostgreSQL takes: in either case, and with the synonyms that pg_settings
 * never shows (wal_level_options in xlogdesc.c, archive_mode_options in xlog.c). Patroni writes `True`.
 */
const spelled = (value: string | undefined, ...words: readonly string[]): boolean =>
  value !== undefined && words.includes(value.toLowerCase());

function planWalLevel(server: ObservedServer): SetupStep {
  const enough = (value: string | undefined): boolean =>
    spelled(value, 'replica', 'logical', 'archive', 'hot_standby');
  return planRestartSetting(server, { name: 'wal_level', value: 'replica', enough });
}

function planArchiveMode(server: ObservedServer): SetupStep {
  const enough = (value: string | undefined): boolean => spelled(value, 'on', 'always', 'true', 'yes', '1');
  return planRestartSetting(server, { name: 'archive_mode', value: 'on', enough });
}

function planRestartSetting(
  server: ObservedServer,
  wanted: { readonly name: string; readonly value: string; enough(value: string | undefined): boolean },
): SetupStep {
  const { name, value } = wanted;
  const present = server.settings.get(name)?.value;
  const inFiles = server.fileSettings.get(name);
  if (wanted.enough(present) && (inFiles === undefined || wanted.enough(inFiles))) {
    return settingStep(name, 'done', `it is ${present}`);
  }
  if (wanted.enough(inFiles)) {
    return settingStep(
      name,
      'needs-restart',
      `it is ${present}; ${inFiles} is written and comes with the next start`,
    );
  }
  return settingStep(name, 'to-do', `it is ${present}, and changing it needs a restart`, value);
}

function planArchiveLibrary(server: ObservedServer): SetupStep[] {
  const present = server.settings.get('archive_library')?.value ?? '';
  if (present === '') return [];
  const reason = `it is ${present}, which takes the place of archive_command; emptied only with --replace-archive-command`;
  return [
    { ...settingStep('archive_library', 'needs-consent', reason, ''), consent: 'replace-archive-command' },
  ];
}

function planArchiveCommand(server: ObservedServer, wanted: string, stanza: string): SetupStep {
  const name = 'archive_command';
  // With archive_mode off the view hides the command behind this word.
  const shown = server.settings.get(name)?.value ?? '';
  const present = shown === '(disabled)' ? (server.fileSettings.get(name) ?? '') : shown;
  if (isSameArchiveCommand(present, wanted))
    return settingStep(name, 'done', `it pushes WAL of stanza ${stanza} with pgBackRest`);
  if (present === '') return settingStep(name, 'to-do', 'it is empty', wanted);
  const reason = `it is: ${maskCommand(present)} - replaced only with --replace-archive-command`;
  return { ...settingStep(name, 'needs-consent', reason, wanted), consent: 'replace-archive-command' };
}

function planArchiveTimeout(server: ObservedServer, rpo: number | undefined): SetupStep {
  const name = 'archive_timeout';
  const present = Number(server.settings.get(name)?.value ?? 0);
  const wanted = wantedArchiveTimeout(rpo);
  const value = `${wanted}s`;
  if (present === 0)
    return settingStep(name, 'to-do', 'it is off: a quiet server would archive nothing', value);
  if (rpo === undefined || present <= wanted) return settingStep(name, 'done', `it is ${present} s`);
  return settingStep(
    name,
    'to-do',
    `it is ${present} s, and the objective tolerates a loss of ${rpo} s`,
    value,
  );
}

/** As a person would type it: in single quotes, in which a shell leaves everything alone. */
function withCommand(step: SetupStep, server: ObservedServer): SetupStep {
  if (step.value === undefined) return step;
  const statement = alterSystemStatement(step.subject, step.value).replaceAll("'", String.raw`'\''`);
  return { ...step, commands: [`${server.psqlCommand} -c '${statement}' -c 'SELECT pg_reload_conf()'`] };
}

/** ALTER SYSTEM is without effect where the command line sets a value, and Patroni must be asked to change its own. */
function yieldToOthers(step: SetupStep, server: ObservedServer, stanza: Stanza): SetupStep {
  const open = step.state === 'to-do' || step.state === 'needs-consent';
  if (!open) return step;
  const setting: ServerSetting | undefined = server.settings.get(step.subject);
  if (stanza.patroni !== undefined) {
    const value = (step.value ?? '').replaceAll("'", String.raw`'\''`);
    const command = `patronictl edit-config --pg ${step.subject}='${value}'`;
    return {
      ...step,
      state: 'waiting',
      reason: `${step.reason}; Patroni manages this server: change it there`,
      commands: [command],
    };
  }
  if (setting?.source !== 'command line') return step;
  return {
    ...step,
    state: 'waiting',
    reason: `${step.reason}; it is given on the server's command line: change it there`,
    commands: [],
  };
}

function planRestart(steps: readonly SetupStep[], server: ObservedServer): SetupStep {
  const step = {
    kind: 'restart',
    subject: 'server',
    title: 'restart of the server',
    commands: [server.restartCommand],
  } as const;
  const needing = steps.filter(
    ({ subject, state }) =>
      state === 'needs-restart' ||
      (state === 'to-do' && server.settings.get(subject)?.context === 'postmaster'),
  );
  if (needing.length === 0)
    return { ...step, state: 'done', reason: 'no setting waits for one', commands: [] };
  const names = needing.map(({ subject }) => subject).join(', ');
  return {
    ...step,
    state: 'needs-consent',
    consent: 'restart',
    reason: `with it ${names} will be in force; clients are disconnected, so it is done only with --restart`,
  };
}

function serverStep(state: SetupStep['state'], reason: string): SetupStep {
  return { kind: 'server', subject: 'server', state, title: 'settings of the server', reason, commands: [] };
}

function settingStep(name: string, state: SetupStep['state'], reason: string, value?: string): SetupStep {
  return {
    kind: 'setting',
    subject: name,
    state,
    title: value === undefined ? `setting ${name}` : `setting ${name} = ${value}`,
    reason,
    commands: [],
    value,
  };
}
