import type { CommandList, DocumentFacts, Schedule } from './facts.ts';
import type { LintDocument } from './lint-document.ts';
import { unitSettingOf } from './readers/shell/read-systemd-unit.ts';

/**
 * Gives each timer what its service runs, where the two stand in different files or tasks of a playbook: the service
 * of the timer's name, or the one that `Unit=` names (systemd.timer(5)).
 */
export function joinUnits(
  schedules: readonly Schedule[],
  documents: readonly DocumentFacts[],
): readonly Schedule[] {
  const started = new Map<string, CommandList>();
  for (const { document, commandLists = [] } of documents) {
    const list = commandLists.find((one) => unitSettingOf(one)?.key === 'ExecStart');
    if (document.kind === 'systemd-unit' && list !== undefined) started.set(unitName(document), list);
  }
  return schedules.map((schedule) => {
    const { document } = schedule.place;
    if (schedule.commands !== undefined || document.kind !== 'systemd-unit') return schedule;
    const named = /^[ \t]*Unit[ \t]*=[ \t]*(\S+)/m.exec(document.text)?.[1];
    const service = named ?? unitName(document).replace(/\.timer$/, '.service');
    return { ...schedule, commands: started.get(service) };
  });
}

/** A template may stand where the unit does: `pgbackrest.service.j2`. */
function unitName(document: LintDocument): string {
  const path = document.destination ?? document.file;
  return path.slice(path.lastIndexOf('/') + 1).replace(/\.j2$/, '');
}
