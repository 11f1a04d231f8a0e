import { isAtLeast } from '../../../model/engine-version.ts';
import type { EngineFile, EngineSetting } from '../../facts.ts';
import type { RuleFinding } from '../../lint-finding.ts';
import type { LintProject, LintRule } from '../../lint-rule.ts';
import { knownIn, type KnownSetting, meantValue } from './known-settings.ts';
import { readLoopedName } from './file-structure.ts';

const source = 'pgBackRest, src/config/config.c, pgIsLocalVerify(); User Guide, Dedicated Repository Host';

const itself = new Set(['localhost', '127.0.0.1', '::1']);

export const hostIsItself: LintRule = {
  name: 'host-is-itself',
  severity: 'critical',
  title: 'a host that is listed as remote to itself',
  consequence:
    'A database with pgN-host is on another host for the engine: archive-push and restore refuse to run with [072], so no ' +
    'WAL is archived on that host.',
  correct:
    '# on each host its own node first, without a host\npg1-path=/var/lib/postgresql/15/main\npg2-host=db2\npg2-path=/var/lib/postgresql/15/main',
  reproduction: `pgBackRest 2.45, \`pg1-host=db1\` in the file on db1:

\`\`\`
$ pgbackrest --stanza=main archive-push pg_wal/000000010000000000000001
ERROR: [072]: archive-push command must be run on the PostgreSQL host
$ pgbackrest --stanza=main restore
ERROR: [072]: restore command must be run on the PostgreSQL host
\`\`\``,
  source,
  *judge(project) {
    for (const file of project.engineFiles) {
      for (const { setting, option } of knownIn(file, project.engineVersion)) {
        const value = meantValue(setting);
        if (option.name !== 'pg-host' || value === undefined || !itself.has(value)) continue;
        yield {
          place: setting.value,
          problem: `${setting.name.value}=${value} makes this host remote to itself`,
          remedy: 'remove the line: a node on this host has no pgN-host.',
          engineError: 72,
          fix: { place: setting.line, replacement: '' },
        };
      }
      if (!isForRepositoryHost(file, project)) yield* loopedHosts(file);
    }
  },
};

/** A template that is rendered on each host and lists all of them, itself too. */
function* loopedHosts(file: EngineFile): Generator<RuleFinding> {
  for (const setting of file.settings) {
    if (readLoopedName(setting) !== 'pg1-host' || isGuarded(setting)) continue;
    yield {
      place: setting.name,
      problem: 'the loop gives every node a pgN-host, the one that the file is rendered on too',
      remedy: 'write the own node first without a host, and let the loop leave it out.',
      engineError: 72,
    };
  }
}

/**
 * The file of a host that keeps the repository and makes the backups: its name says so, or other files of the project
 * name a repository host and this one has the repository itself.
 */
function isForRepositoryHost(file: EngineFile, project: LintProject): boolean {
  const isRemote = ({ settings }: EngineFile): boolean =>
    settings.some(({ name }) => /^repo\d+-host$/.test(name.value));
  if (isRemote(file)) return false;
  const path = file.document.destination ?? file.document.file;
  const named = /(?:repo|backup)[^/]*$/i.test(path) || /(?:repo|backup)[^/]*$/i.test(file.document.root.file);
  return project.engineFiles.some(isRemote) || (named && file.document.root.kind === 'pgbackrest-conf');
}

/** Between the loop and the line the template asks a question, which may be whether it is the own host. */
function isGuarded({ line }: EngineSetting): boolean {
  const before = line.document.text.slice(0, line.start);
  const loop = Math.max(before.lastIndexOf('{% for'), before.lastIndexOf('{%- for'));
  const steering = loop < 0 ? before : before.slice(loop);
  return /\{%-?\s*if\b|\bif\b.*-?%\}|difference\(|reject|!=/.test(steering);
}

export const noLocalNode: LintRule = {
  name: 'no-local-node',
  severity: 'critical',
  title: 'the database host has no node of its own',
  consequence:
    'All nodes of the stanza have a pgN-host, so for the engine none is here: archive-push and restore on the database host ' +
    'end with [072].',
  correct: '[main]\npg1-path=/var/lib/postgresql/15/main',
  reproduction: `See host-is-itself: with \`pg1-host\` set, \`archive-push\` ends with

\`\`\`
ERROR: [072]: archive-push command must be run on the PostgreSQL host
\`\`\``,
  source,
  *judge(project) {
    if (!pushesHere(project)) return;
    const files = project.engineFiles.map((file) => ({ file, nodes: nodesIn(file, project) }));
    const withNodes = files.filter(({ nodes }) => nodes.length > 0);
    if (withNodes.some(({ nodes }) => nodes.some((node) => node.host === undefined))) return;
    if (project.engineFiles.some(({ settings }) => settings.some(isLooped))) return;
    for (const { file, nodes } of withNodes) {
      if (isForRepositoryHost(file, project)) continue;
      const [first] = nodes;
      if (first?.host === undefined || itself.has(first.host.setting.value.value)) continue;
      yield {
        place: first.host.setting.name,
        problem: `${first.host.setting.name.value} is set, so archive-push and restore refuse to run on the database host`,
        remedy:
          'give the database host a file of its own without pgN-host; keep this one for a host that only makes backups.',
        engineError: 72,
      };
    }
  },
};

interface Node {
  readonly index: number;
  readonly host: KnownSetting | undefined;
}

function nodesIn(file: EngineFile, project: LintProject): readonly Node[] {
  const known = knownIn(file, project.engineVersion).filter(({ option }) => option.group === 'pg');
  const indexes = [...new Set(known.map(({ index }) => index))];
  return indexes.map((index) => ({
    index,
    host: known.find((one) => one.index === index && one.option.name === 'pg-host'),
  }));
}

function isLooped({ name }: EngineSetting): boolean {
  return name.unknown && name.value.startsWith('pg');
}

/** WAL is archived by the server that this project sets up. */
function pushesHere(project: LintProject): boolean {
  return project.engineInvocations.some(
    ({ command, invocation }) => command?.value === 'archive-push' || invocation.use === 'archive_command',
  );
}

export const standbyMissing: LintRule = {
  name: 'backup-standby-without-standby',
  severity: 'critical',
  title: 'backup-standby without a second node',
  consequence:
    'With backup-standby=y a backup needs a primary and a standby. With one node it ends with [056]; so it does whenever ' +
    'the standby is down.',
  correct:
    'backup-standby=prefer   # from 2.54 on; before that leave it out\npg2-host=db2\npg2-path=/var/lib/postgresql/15/main',
  reproduction: `pgBackRest 2.45, \`backup-standby=y\` and only pg1:

\`\`\`
$ pgbackrest --stanza=main backup
ERROR: [056]: unable to find standby cluster - cannot proceed
\`\`\``,
  source: 'pgBackRest, src/db/helper.c, dbGet()',
  *judge(project) {
    for (const file of project.engineFiles) {
      const known = knownIn(file, project.engineVersion);
      const standby = known.find(({ option }) => option.name === 'backup-standby');
      if (standby === undefined || meantValue(standby.setting) !== 'y') continue;
      const nodes = nodesIn(file, project);
      if (nodes.length !== 1 || file.settings.some(isLooped)) continue;
      yield {
        place: standby.setting.name,
        problem: 'backup-standby=y, and there is only one node',
        remedy: 'add the standby as pg2, or remove the line.',
        engineError: 56,
      };
    }
  },
};

export const standbyRequired: LintRule = {
  name: 'backup-standby-without-fallback',
  severity: 'advice',
  title: 'no backup is made while no standby answers',
  consequence:
    'With backup-standby=y the backup fails with [056] whenever no standby can be reached, though the primary could give ' +
    'it. From 2.54 on there is backup-standby=prefer.',
  correct: 'backup-standby=prefer',
  reproduction: `See backup-standby-without-standby: the error is the same when the standby is down.`,
  source: 'pgBackRest, Configuration Reference, backup-standby; release notes of 2.54.0',
  *judge(project) {
    for (const file of project.engineFiles) {
      const standby = knownIn(file, project.engineVersion).find(
        ({ option }) => option.name === 'backup-standby',
      );
      if (standby === undefined || meantValue(standby.setting) !== 'y') continue;
      if (nodesIn(file, project).length < 2 && !file.settings.some(isLooped)) continue;
      const prefer = isAtLeast(project.engineVersion, 54);
      yield {
        place: standby.setting.name,
        problem: 'no backup is made while no standby answers',
        remedy: prefer
          ? 'write backup-standby=prefer.'
          : 'watch the age of the newest backup; pgBackRest 2.54 has backup-standby=prefer.',
        fix: prefer ? { place: standby.setting.value, replacement: 'prefer' } : undefined,
      };
    }
  },
};

export const hostRules: readonly LintRule[] = [hostIsItself, noLocalNode, standbyMissing, standbyRequired];
