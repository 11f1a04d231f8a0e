import type { CommandList, DocumentFacts, Schedule, Variable } from '../../facts.ts';
import type { LintDocument, PlacedText } from '../../lint-document.ts';
import { readAssignments } from './read-assignments.ts';
import { readCommandList } from './read-command-list.ts';
import { readUnitFiles, type UnitEntry, type UnitFile } from './read-unit-file.ts';

/** Settings whose value is a command line (systemd.service(5)). */
const commandKey = /^Exec(?:Condition|StartPre|Start|StartPost|Stop|StopPost|Reload)$/;
/** Timers that count from an event instead of the calendar (systemd.timer(5)). */
const intervalKey = /^On(?:Active|Boot|Startup|UnitActive|UnitInactive)Sec$/;
/** In front of a program in ExecStart=: `-` ignores its failure, `+` and `!` are about rights, `@` about argv[0]. */
const commandPrefix = /^[-@:+!|]*/;

/**
 * Reads units of systemd: commands of services, schedules of timers, `Environment=`. A timer is joined to the service
 * of its name (or the one that `Unit=` names) when it stands in the same document; its name is in the schedule, so that
 * others can be found. Several `OnCalendar=` add up; an empty one takes back those before it, also those of the unit
 * that a drop-in belongs to, which is why a drop-in keeps the empty one.
 */
export function readSystemdUnit(document: LintDocument): DocumentFacts {
  const units = readUnitFiles(document);
  const services = units.map((unit) => ({ unit, lists: commandListsOf(unit) }));
  return {
    document,
    commandLists: services.flatMap((service) => service.lists),
    schedules: units.flatMap((unit) => scheduleOf(unit, services) ?? []),
    variables: units.flatMap((unit) => unit.entries.flatMap(readVariables)),
  };
}

/** Which setting a list of commands is the value of, and whether its failure is ignored (`ExecStartPre=-…`). */
export function unitSettingOf(
  list: CommandList,
): { readonly key: string; readonly ignoresFailure: boolean } | undefined {
  const { document, start } = list.place;
  const line = document.text.slice(document.text.lastIndexOf('\n', start - 1) + 1, start);
  const found = /^\s*(Exec[A-Za-z]+)\s*=\s*([-@:+!|]*)$/.exec(line);
  return found === null ? undefined : { key: found[1] ?? '', ignoresFailure: (found[2] ?? '').includes('-') };
}

function commandListsOf(unit: UnitFile): CommandList[] {
  return unit.entries.flatMap((entry) => {
    if (entry.section !== 'Service' || !commandKey.test(entry.key.value) || entry.value.value === '')
      return [];
    const { document, start, end, value } = entry.value;
    const prefix = commandPrefix.exec(value)?.[0].length ?? 0;
    return [readCommandList({ document, start: start + prefix, end }, 'unit')];
  });
}

function scheduleOf(
  unit: UnitFile,
  services: readonly { readonly unit: UnitFile; readonly lists: readonly CommandList[] }[],
): Schedule | undefined {
  const entries = unit.entries.filter((entry) => entry.section === 'Timer');
  const calendar = entries.filter((entry) => entry.key.value === 'OnCalendar');
  const intervals = entries.filter((entry) => intervalKey.test(entry.key.value));
  const expressions = afterReset(calendar, unit.isDropIn);
  const [first] = expressions.length > 0 ? expressions : intervals.map((entry) => entry.value);
  const last = expressions.at(-1) ?? first;
  if (first === undefined || last === undefined) return undefined;
  const service = entries.find((entry) => entry.key.value === 'Unit')?.value.value;
  const joined = services.find(({ unit: other }) => isServiceOf(other, unit, service, services.length));
  return {
    place: { document: first.document, start: first.start, end: Math.max(last.end, first.end) },
    name: unit.name ?? service?.replace(/\.service$/, '.timer'),
    syntax: expressions.length > 0 ? 'calendar' : 'interval',
    expressions: expressions.length > 0 ? expressions : intervals.map((entry) => entry.value),
    zone: undefined,
    commands: joined?.lists.find((list) => unitSettingOf(list)?.key === 'ExecStart'),
    backupType: undefined,
  };
}

function afterReset(entries: readonly UnitEntry[], keepsReset: boolean): readonly PlacedText[] {
  const last = entries.findLastIndex((entry) => entry.value.value === '');
  return entries.slice(keepsReset && last >= 0 ? last : last + 1).map((entry) => entry.value);
}

function isServiceOf(other: UnitFile, timer: UnitFile, named: string | undefined, count: number): boolean {
  if (!other.entries.some((entry) => entry.section === 'Service')) return false;
  const wanted = named ?? timer.name?.replace(/\.timer$/, '.service');
  if (wanted !== undefined && other.name !== undefined) return wanted === other.name;
  return count <= 2;
}

function readVariables(entry: UnitEntry): Variable[] {
  if (entry.section !== 'Service' || entry.key.value !== 'Environment') return [];
  return readAssignments(entry.value, 'systemd', { document: entry.value.document, ...entry.line });
}
