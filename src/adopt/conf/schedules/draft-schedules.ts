import { basename } from 'node:path';
import { cron, timezone } from '../../../config/schema/cron.ts';
import type { Schedule } from '../../../lint/facts.ts';
import { collectSecrets } from '../../../lint/hide-secrets.ts';
import type { LintProject } from '../../../lint/lint-rule.ts';
import type { ScheduledJob } from '../../../model/schedule.ts';
import type { SourcePosition } from '../../../model/source-position.ts';
import type { DraftNote, DraftValue } from '../../draft.ts';
import type { DraftBuilder } from '../draft-builder.ts';
import { cronOfCalendar, type CronText } from './cron-of-calendar.ts';
import { cronOfLine } from './cron-of-line.ts';
import { scheduledCalls, type ScheduledCall } from './scheduled-calls.ts';

type KnownCall = Extract<ScheduledCall, { job: ScheduledJob }>;

/** Where a schedule stood, for notes. */
interface Told {
  readonly what: string;
  readonly position: SourcePosition;
}

/** Entries of one job, in the order in which they were found. */
interface Entry extends Told {
  readonly stanza: string;
  readonly job: ScheduledJob;
  readonly value: DraftValue;
}

/**
 * Puts what crontabs and timers run into `schedule:` of the stanzas. What cannot be said there is noted with its text.
 * A backup without `--repo` goes into the first repository only (command reference, `--repo`), while an entry of ours
 * without `repositories` is for all.
 *
 * @param confs files of the engine that were read
 */
export function draftSchedules(
  builder: DraftBuilder,
  project: LintProject,
  { stanzas, confs }: { readonly stanzas: readonly string[]; readonly confs: readonly string[] },
): void {
  const hide = collectSecrets(project);
  const entries = project.schedules.flatMap((schedule) => {
    const { document, start, end } = schedule.place;
    const text = document.text.slice(start, end).replaceAll(/\s+/g, ' ').trim();
    const told = { what: hide(text), position: document.positionOf(start) };
    return readSchedule({ builder, project, stanzas, confs }, schedule, told);
  });
  for (const [index, entry] of entries.entries()) {
    const same = entries.filter(({ stanza, job }) => stanza === entry.stanza && job === entry.job);
    if (entries.indexOf(same[0] as Entry) !== index) continue;
    const path = ['stanzas', entry.stanza, 'schedule', entry.job];
    const value = same.length === 1 ? entry.value : same.map((one) => one.value);
    builder.set(path, value, { written: entry.what, position: entry.position });
  }
}

interface ScheduleContext {
  readonly builder: DraftBuilder;
  readonly project: LintProject;
  readonly stanzas: readonly string[];
  /** Files that were read. */
  readonly confs: readonly string[];
}

function readSchedule(context: ScheduleContext, schedule: Schedule, told: Told): Entry[] {
  const { builder, project, stanzas } = context;
  const { file } = schedule.place.document;
  const variable = project.variables.find(
    ({ name }) => name.value === 'PGBACKREST_STANZA' && name.document.file === file,
  )?.value.value;
  return scheduledCalls(schedule, variable).flatMap((call): Entry[] => {
    const refuse = (why: string): Entry[] => {
      builder.notes.push({
        kind: 'not-carried',
        severity: 'warning',
        ...told,
        why: `${why} It goes on as before.`,
      });
      return [];
    };
    if ('problem' in call) return refuse(call.problem);
    // A copy from elsewhere has another directory, but hardly another name.
    if (
      call.config !== undefined &&
      !context.confs.some((conf) => basename(conf) === basename(call.config ?? ''))
    )
      return refuse(`It uses another configuration, ${call.config}.`);
    const stanza = call.stanza ?? (stanzas.length === 1 ? stanzas[0] : undefined);
    if (stanza === undefined || !builder.has(['stanzas', stanza])) {
      return refuse(stanza === undefined ? 'It does not say which stanza.' : `There is no stanza ${stanza}.`);
    }
    const times = schedule.expressions.map(({ value }) => cronOf(schedule, value));
    const repositories = repositoriesOf(builder, stanza, call);
    if (times.includes(undefined)) return refuse('Its time cannot be said by five fields of cron.');
    if (repositories === undefined) return refuse(`There is no repository ${call.repository ?? ''} in it.`);
    builder.notes.push(...notesOf(call, told, schedule));
    return times.map((time) => ({ ...told, stanza, job: call.job, value: entryValue(time, repositories) }));
  });
}

function cronOf(schedule: Schedule, expression: string): CronText | undefined {
  const line = schedule.syntax === 'cron' ? cronOfLine(expression) : undefined;
  const time = line === undefined ? cronOfCalendar(expression) : { cron: line, timezone: schedule.zone };
  if (time === undefined || !cron().safeParse(time.cron).success) return undefined;
  return time.timezone === undefined || timezone().safeParse(time.timezone).success ? time : undefined;
}

function entryValue(time: CronText | undefined, repositories: readonly string[]): DraftValue {
  const { cron: text = '', timezone: zone } = time ?? {};
  if (zone === undefined && repositories.length === 0) return text;
  return {
    cron: text,
    timezone: zone,
    repositories: repositories.length === 0 ? undefined : repositories,
  };
}

/** Names of the repositories that the call is for; empty for all, undefined when there is no such repository. */
function repositoriesOf(builder: DraftBuilder, stanza: string, call: KnownCall): string[] | undefined {
  const path = ['stanzas', stanza, 'repositories'];
  const names = builder
    .paths()
    .filter((at) => at.length === 4 && at[1] === stanza && at[2] === 'repositories');
  if (call.repository !== undefined) {
    const name = `repo${call.repository}`;
    return builder.has([...path, name]) ? [name] : undefined;
  }
  const first = names[0]?.[3];
  const onlyFirst = call.job !== 'expire' && call.job !== 'check' && names.length > 1;
  return onlyFirst && first !== undefined ? [String(first)] : [];
}

function notesOf(call: KnownCall, told: Told, schedule: Schedule): DraftNote[] {
  const moved: DraftNote = {
    kind: 'moved',
    severity: 'advice',
    ...told,
    why: `It is \`schedule.${call.job}\` now. Nothing has been switched off: it goes on until a scheduler of Holdfast runs this file; then ${switchOff(schedule)}, or every job runs twice.`,
  };
  if (call.leftOut.length === 0) return [moved];
  const options = call.leftOut.join(', ');
  const why = `A schedule entry cannot say ${options}. An option of pgBackRest can stand in \`options:\` of its command.`;
  return [moved, { kind: 'not-carried', severity: 'warning', ...told, why }];
}

/** How the old job is switched off. A user's own crontab must not be edited where it lies (crontab(1)). */
function switchOff({ place, name }: Schedule): string {
  const { document } = place;
  if (document.kind !== 'crontab') {
    const timer = name ?? document.file.slice(document.file.lastIndexOf('/') + 1);
    return `run \`systemctl disable --now ${timer}\``;
  }
  const user = /^\/var\/spool\/cron\/(?:crontabs\/)?([^/]+)$/.exec(document.file)?.[1];
  return user === undefined
    ? `remove the line from ${document.file}`
    : `remove the line with \`crontab -e -u ${user}\``;
}
