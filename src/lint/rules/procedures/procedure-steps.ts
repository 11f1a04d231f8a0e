import type { CommandList, EngineInvocation, Invocation } from '../../facts.ts';
import type { LintProject } from '../../lint-rule.ts';
import { callsOf, knownValue } from '../commands/engine-calls.ts';
import { headingOf, listsOfSection, offsetOf } from './document-sections.ts';

/** A restore that a person or a script makes, with the commands round it. */
export interface RestoreStep {
  readonly call: EngineInvocation;
  readonly before: readonly Invocation[];
  readonly after: readonly Invocation[];
  /** Commands of other blocks of the same section of a document. */
  readonly earlier: readonly Invocation[];
  readonly later: readonly Invocation[];
}

const drillWords =
  /\b(?:test(?:ing|s)?|drills?|rehears\w*|validat\w*|dry[ -]?run|staging|sandbox|clone|copy|temporary|verification)\b/i;
/** `test.sh` tests anything; `restore-test.sh` tests restores. */
const drillNames =
  /\bdrills?\b|\brehears|\b(?:restore|recovery|backup)\b.*\b(?:test|valid|verif)|\b(?:test|valid|verif)\w*\b.*\b(?:restore|recovery)\b/i;
const programNames = /^(?:postgres(?:ql)?(?:@|-|$)|postgresql-?\d*|patroni|pgsql)/;

/** Restores in scripts and documents; what the server or Patroni itself runs is not among them. */
export function restoreSteps(project: LintProject): readonly RestoreStep[] {
  return callsOf(project, 'restore')
    .filter(({ invocation }) => ['shell', 'schedule', 'unit', 'task'].includes(invocation.use))
    .map((call) => {
      const { script, index } = call.invocation;
      const others = listsOfSection(project, script);
      const isEarlier = (list: CommandList): boolean => offsetOf(list) < offsetOf(script);
      return {
        call,
        before: script.commands.slice(0, index),
        after: script.commands.slice(index + 1),
        earlier: others.filter(isEarlier).flatMap(({ commands }) => commands),
        later: others.filter((list) => !isEarlier(list)).flatMap(({ commands }) => commands),
      };
    });
}

/** A restore to a moment before the end of the WAL. */
export function isPointInTime(call: EngineInvocation): boolean {
  return ['time', 'xid', 'lsn', 'name', 'immediate'].includes(knownValue(call, 'type') ?? '');
}

/** Stops PostgreSQL, Patroni, or the container of a database. */
export function stopsServer(command: Invocation): boolean {
  return changesServer(command, ['stop', 'down', 'kill', 'stopped', 'disable', 'scale', 'pause']);
}

/** Starts PostgreSQL, Patroni, or the container of a database. */
export function startsServer(command: Invocation): boolean {
  return changesServer(command, ['start', 'restart', 'up', 'started', 'restarted']);
}

/** `systemctl stop patroni`, also through Ansible. */
export function isPatroniService(command: Invocation): boolean {
  const text = command.words.map((word) => word.value).join(' ');
  return ['systemctl', 'service', 'ansible'].includes(command.program) && /\bpatroni\b/.test(text);
}

/**
 * True when a restore is one to look at: its directory, its container or host, its file, the heading over it or the
 * comments before it say so. Only the nearest heading counts, and comments of the same block.
 */
export function isDrill({ invocation }: EngineInvocation): boolean {
  const { document } = invocation.place;
  const comments = document.text
    .slice(0, invocation.place.start)
    .split('\n')
    .filter((line) => /^\s*#(?!!)/.test(line))
    .slice(-4);
  const name = (document.destination ?? document.root.file).split('/').at(-1) ?? '';
  const file = document.root.kind === 'markdown' ? '' : name.replaceAll(/[-_.]/g, ' ');
  return [...comments, headingOf(document)].some((text) => drillWords.test(text)) || drillNames.test(file);
}

/** True when a restore makes a standby or replica: what is lost there is not the last copy. */
export function isForReplica(call: EngineInvocation): boolean {
  const { document } = call.invocation.place;
  const name = (document.destination ?? document.root.file).split('/').at(-1) ?? '';
  return knownValue(call, 'type') === 'standby' || /standby|replica/i.test(`${headingOf(document)} ${name}`);
}

function changesServer(command: Invocation, verbs: readonly string[]): boolean {
  const words = command.words.map((word) => word.value);
  const has = (...wanted: readonly string[]): boolean => words.some((word) => wanted.includes(word));
  switch (command.program) {
    case 'systemctl':
    case 'service':
    case 'rc-service':
      return has(...verbs) && words.some((word) => programNames.test(word));
    case 'pg_ctl':
    case 'pg_ctlcluster':
    case 'docker':
    case 'docker-compose':
    case 'podman':
    case 'podman-compose':
    case 'kubectl':
      return has(...verbs) && !has('volume', 'network');
    case 'ansible':
      return words.some(
        (word) => /\b(?:patroni|postgres)/.test(word) && verbs.some((verb) => word.includes(verb)),
      );
    default:
      return false;
  }
}
