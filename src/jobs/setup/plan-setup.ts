import type { Stanza } from '../../config/configuration.ts';
import { holdForArchiveCommand } from './hold-for-archive-command.ts';
import { planSettings } from './plan-settings.ts';
import type {
  ObservedDirectory,
  ObservedFile,
  ObservedRepository,
  SetupObservations,
} from './setup-observations.ts';
import type { SetupPlan, SetupStep } from './setup-plan.ts';

/**
 * Decides what setting a stanza up on this host takes. Pure: the same observations give the same plan, and once
 * everything is as it should be every step is `done`.
 */
export function planSetup(stanza: Stanza, seen: SetupObservations): SetupPlan {
  return {
    stanza: stanza.name,
    steps: [
      ...seen.directories.map((directory) => planDirectory(directory, seen.engineUser)),
      ...planReportKey(seen),
      ...holdForArchiveCommand(seen.files.map(planFile), seen),
      ...planSettings(stanza, seen),
      ...planRole(seen),
      ...planHeartbeat(seen),
      ...planStanza(stanza, seen),
      planCheck(stanza, seen),
      ...seen.repositories.map((repository) => planBackup(repository, seen)),
    ],
  };
}

function planDirectory(directory: ObservedDirectory, user: string): SetupStep {
  const { path, purpose, state, owner } = directory;
  const step = { kind: 'directory', subject: path, title: `directory ${path} (${purpose})` } as const;
  const install = [`sudo install -d -o ${user} -g ${user} -m 0750 ${path}`];
  switch (state) {
    case 'ok':
      return { ...step, state: 'done', reason: `it is there and belongs to ${user}`, commands: [] };
    case 'missing':
      return { ...step, state: 'to-do', reason: 'it is not there', commands: install };
    case 'wrong-owner':
      return {
        ...step,
        state: 'to-do',
        reason: `it belongs to ${owner}, and pgBackRest runs as ${user}`,
        commands: [`sudo chown ${user}: ${path}`],
      };
    case 'not-a-directory':
      return {
        ...step,
        state: 'waiting',
        reason: 'something that is not a directory is there: move it away',
        commands: [],
      };
  }
}

function planFile(file: ObservedFile): SetupStep {
  const what = file.secret ? 'secrets of pgBackRest' : 'configuration of pgBackRest';
  const step = {
    kind: 'file',
    subject: file.path,
    title: `file ${file.path} (${what})`,
    commands: [],
    difference: file.difference,
  } as const;
  switch (file.state) {
    case 'same':
      return { ...step, state: 'done', reason: 'it is what holdfast.yaml says' };
    case 'new':
      return { ...step, state: 'to-do', reason: 'it is not there' };
    case 'changed':
      return { ...step, state: 'to-do', reason: 'it differs from what holdfast.yaml says' };
    case 'edited-by-hand':
      return {
        ...step,
        state: 'needs-consent',
        consent: 'force',
        reason: 'somebody else wrote or edited it; it is replaced only with --force, and a copy is kept',
      };
  }
}

/** One for all stanzas of the state directory. What is there is left alone. */
function planReportKey({ reportKey }: SetupObservations): SetupStep[] {
  if (reportKey === undefined) return [];
  const { directory, fingerprint } = reportKey;
  const step = {
    kind: 'report-key',
    subject: directory,
    title: `key in ${directory} that signs reports of drills`,
    commands: [],
  } as const;
  return [
    fingerprint === undefined
      ? { ...step, state: 'to-do', reason: 'there is none; its public half is what auditors need' }
      : { ...step, state: 'done', reason: `it is there: ${fingerprint}` },
  ];
}

function planRole(seen: SetupObservations): SetupStep[] {
  const role = seen.server?.role;
  if (role === undefined) return [];
  const grant = {
    kind: 'role',
    subject: role.name,
    title: `role ${role.name} may take backups and nothing else`,
    commands: role.statements.map((statement) => `${statement};`),
  } as const;
  const login = {
    kind: 'authentication',
    subject: role.name,
    title: `${seen.engineUser} can log in as role ${role.name}`,
    commands: [
      `pg_hba.conf, before other lines: ${role.authentication.hba}`,
      `pg_ident.conf: ${role.authentication.ident}`,
    ],
  } as const;
  const step: SetupStep =
    role.statements.length === 0
      ? { ...grant, state: 'done', reason: 'it has what pgBackRest needs' }
      : seen.server?.inRecovery === true
        ? { ...grant, state: 'waiting', reason: 'this server is a standby: roles come from the primary' }
        : {
            ...grant,
            state: 'to-do',
            reason: role.privileges.exists ? 'it lacks privileges' : 'there is no such role',
          };
  if (!role.privileges.exists) {
    return [step, { ...login, state: 'waiting', reason: 'can be tried when the role is there' }];
  }
  return [
    step,
    role.loginProblem === undefined
      ? { ...login, state: 'done', reason: 'it was tried', commands: [] }
      : {
          ...login,
          state: 'waiting',
          reason: `${role.loginProblem}; Holdfast does not edit access rules: add these lines and reload`,
        },
  ];
}

function planHeartbeat(seen: SetupObservations): SetupStep[] {
  const heartbeat = seen.server?.heartbeat;
  if (heartbeat === undefined) return [];
  const step = {
    kind: 'heartbeat',
    subject: 'holdfast.heartbeat',
    title: 'table holdfast.heartbeat, whose one row is the heartbeat',
    commands: heartbeat.statements.map((statement) => `${statement};`),
  } as const;
  if (heartbeat.statements.length === 0)
    return [{ ...step, state: 'done', reason: 'it is there and can be written' }];
  if (isStandby(seen))
    return [{ ...step, state: 'skipped', reason: 'this server is a standby: tables come from the primary' }];
  const reason = heartbeat.exists ? 'the role that beats may not write it' : 'it is not there';
  return [{ ...step, state: 'to-do', reason }];
}

function planStanza(stanza: Stanza, seen: SetupObservations): SetupStep[] {
  const create = {
    kind: 'stanza-create',
    subject: stanza.name,
    title: `stanza ${stanza.name} in every repository`,
    commands: [seen.engineCommands.create],
  } as const;
  if (isStandby(seen)) {
    return [
      {
        ...create,
        state: 'skipped',
        reason: 'this server is a standby: it is made from the primary',
        commands: [],
      },
    ];
  }
  const broken = seen.repositories.filter(({ code }) => code === 99 || code === 5);
  if (broken.length > 0) {
    const reason = broken.map(({ name, message }) => `${name} cannot be read: ${message}`).join('; ');
    return [{ ...create, state: 'waiting', reason }];
  }
  const foreign = seen.repositories.filter((repository) => isForeign(repository, seen));
  const missing = seen.repositories.filter(
    ({ code, database }) => code === undefined || database === undefined,
  );
  const steps: SetupStep[] = [];
  if (missing.length > 0) {
    steps.push({
      ...create,
      state: 'to-do',
      reason: missing.some(isUnasked)
        ? `${unasked}; a stanza that is there already is left alone`
        : `not yet in ${missing.map(({ name }) => name).join(', ')}`,
    });
  } else
    steps.push({
      ...create,
      state: 'done',
      reason: `it is in ${seen.repositories.map(({ name }) => name).join(', ')}`,
    });
  if (foreign.length === 0) return steps;
  return [...steps, planUpgrade(stanza, seen, foreign)];
}

function planUpgrade(
  stanza: Stanza,
  seen: SetupObservations,
  foreign: readonly ObservedRepository[],
): SetupStep {
  const found = foreign
    .map(
      ({ name, database }) =>
        `${name} has version ${database?.version}, system identifier ${database?.systemIdentifier}`,
    )
    .join('; ');
  return {
    kind: 'stanza-upgrade',
    subject: stanza.name,
    state: 'needs-consent',
    consent: 'stanza-upgrade',
    title: `stanza ${stanza.name} learns of another database`,
    reason: `${found}; the server has version ${seen.server?.major}, system identifier ${seen.server?.systemIdentifier}. Right after pg_upgrade or a new initdb; wrong when this is another cluster`,
    commands: [seen.engineCommands.upgrade],
  };
}

function planCheck(stanza: Stanza, seen: SetupObservations): SetupStep {
  const step = {
    kind: 'check',
    subject: stanza.name,
    title: 'a WAL segment written now arrives in every repository',
    commands: [seen.engineCommands.check],
  } as const;
  if (isStandby(seen))
    return {
      ...step,
      state: 'skipped',
      reason: 'this server is a standby: WAL is archived by the primary',
      commands: [],
    };
  const proven =
    seen.server?.archiverWorks === true &&
    seen.repositories.every((repository) => repository.fullSets > 0 && !isForeign(repository, seen));
  return proven
    ? {
        ...step,
        state: 'done',
        reason: 'archiving works and every repository has backups; `holdfast check` proves it anew',
      }
    : { ...step, state: 'to-do', reason: 'not proven yet' };
}

function planBackup(repository: ObservedRepository, seen: SetupObservations): SetupStep {
  const step = {
    kind: 'backup',
    subject: repository.name,
    title: `first full backup into ${repository.name}`,
    commands: [seen.engineCommands.backup(repository.name)],
  } as const;
  if (repository.fullSets > 0 && !isForeign(repository, seen))
    return { ...step, state: 'done', reason: `it has ${repository.fullSets} full backups`, commands: [] };
  if (isStandby(seen))
    return {
      ...step,
      state: 'skipped',
      reason: 'this server is a standby: back up on the primary',
      commands: [],
    };
  const reason = isUnasked(repository)
    ? `${unasked}; where there are full backups already, none is made`
    : isForeign(repository, seen)
      ? 'it has no backup of this database'
      : 'it has no backup';
  return { ...step, state: 'to-do', reason };
}

/** What is in a repository is seen only with the configuration that names it. */
const unasked = 'not known yet, pgBackRest is asked when the steps above are done';

function isUnasked({ code }: ObservedRepository): boolean {
  return code === undefined;
}

function isStandby(seen: SetupObservations): boolean {
  return seen.server?.inRecovery === true;
}

/** The newest database in the repository is not this server's. */
function isForeign({ database }: ObservedRepository, seen: SetupObservations): boolean {
  const own = seen.server?.systemIdentifier;
  return database !== undefined && own !== undefined && database.systemIdentifier !== own;
}
