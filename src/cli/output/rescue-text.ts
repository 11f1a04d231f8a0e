import type { AppliedChange } from '../../recovery/rescue/apply-change.ts';
import type { RescuedTable, RescueReport } from '../../recovery/rescue/rescue-report.ts';
import { formatTable } from './format-table.ts';
import { listFacts } from './list-facts.ts';
import { printable } from './printable.ts';

/** What a rescue found, would do or has done, for people. */
export function describeRescue(
  report: RescueReport,
  { applied, wantsApply }: { readonly applied: AppliedChange | undefined; readonly wantsApply: boolean },
): string {
  const { files, largeObjects: objects } = report;
  const facts = listFacts([
    ['rescue', report.id],
    ['to', report.target],
    ['from', `set ${report.set} in repository ${report.repository}`],
    ['database', report.database],
    ['into schema', report.intoSchema],
    [
      'large objects',
      objects.missing + objects.changed === 0
        ? undefined
        : `${objects.missing} missing, ${objects.changed} changed`,
    ],
    ['change', files.change],
    ['rollback', files.rollback],
    ['by hand', files.byHand],
  ]);
  const notes = [
    ...report.tables.flatMap((table) => notesOf(table)),
    ...report.notRestored.map(
      ({ kind, name }) => `not brought back: ${kind} ${name} (its statement is in by-hand.sql)`,
    ),
    ...report.notes,
  ].map((note) => `note: ${printable(note)}\n`);
  return [
    facts,
    '\n',
    tableOf(report, applied),
    notes.length === 0 ? '' : '\n',
    ...notes,
    '\n',
    ending(report, applied, wantsApply),
  ].join('');
}

function tableOf(report: RescueReport, applied: AppliedChange | undefined): string {
  const right = { align: 'right' } as const;
  const word = applied === undefined ? '' : 'ed';
  return formatTable(
    [
      { title: 'table' },
      { title: 'rows then', ...right },
      { title: 'rows now', ...right },
      { title: 'missing', ...right },
      { title: 'changed', ...right },
      { title: 'new', ...right },
      { title: `insert${word}`, ...right },
      { title: applied === undefined ? 'update' : 'updated', ...right },
      { title: applied === undefined ? 'delete' : 'deleted', ...right },
    ],
    report.tables.map(({ name, action, rows, applied: does }) => [
      printable(name),
      String(rows.copy),
      action === 'compare' ? String(rows.live) : '-',
      action === 'beside' ? '-' : String(rows.missing),
      String(rows.changed),
      String(rows.new),
      String(does.inserts),
      String(does.updates),
      String(does.deletes),
    ]),
  );
}

function notesOf({ name, notes, changedColumns, triggersOff }: RescuedTable): string[] {
  const changed = Object.entries(changedColumns).map(([column, count]) => `${column} (${count})`);
  return [
    ...(changed.length === 0 ? [] : [`changed columns: ${changed.join(', ')}`]),
    ...(triggersOff.length === 0 ? [] : [`triggers that stay off meanwhile: ${triggersOff.join(', ')}`]),
    ...notes,
  ].map((note) => `${name}: ${note}`);
}

function ending(report: RescueReport, applied: AppliedChange | undefined, wantsApply: boolean): string {
  const { files, commands } = report;
  const back = `The way back:
  ${commands.rollback}
`;
  if (applied !== undefined) return `Applied, in one transaction. ${back}`;
  if (!report.changes) return 'There is nothing to bring back: no row is missing or changed.\n';
  if (wantsApply) return back;
  return `Nothing was changed. Look at ${files.change}, then run it, or the same rescue with --apply:\n  ${commands.change}\n`;
}
