import type { PlacedText } from '../../lint-document.ts';
import type { LintRule } from '../../lint-rule.ts';
import { isCalendarShorthand, readCalendar } from './read-calendar.ts';
import { runTimesOf } from './run-times.ts';
import { knownExpressions } from './scheduled-backups.ts';

/** A Monday; two weeks from there show the pattern of whatever runs daily or weekly. */
const sampleStart = new Date('2026-01-05T00:00:00Z');
const sampleEnd = sampleStart.getTime() + 28 * 86_400_000;

export const calendarLinesAddUp: LintRule = {
  name: 'calendar-lines-add-up',
  severity: 'warning',
  title: 'two OnCalendar lines that both count',
  consequence:
    'OnCalendar= lines add up; the second does not make the first more precise. `weekly` is Monday 00:00 and `daily` is 00:00, ' +
    'so that backups run at times that nobody chose, twice as often as is meant, and retention by count covers half the time.',
  correct: '[Timer]\nOnCalendar=Sun *-*-* 02:00:00 UTC',
  reproduction: `systemd 252:

\`\`\`
$ systemd-analyze calendar --iterations=2 weekly "Sun *-*-* 02:00:00"
Normalized form: Mon *-*-* 00:00:00
    Next elapse: Mon 2026-03-02 00:00:00 UTC
Normalized form: Sun *-*-* 02:00:00
    Next elapse: Sun 2026-03-08 02:00:00 UTC
\`\`\``,
  source: 'systemd.timer(5), OnCalendar=: "May be specified more than once"',
  *judge(project) {
    for (const schedule of project.schedules) {
      if (schedule.syntax !== 'calendar') continue;
      const expressions = knownExpressions(schedule);
      const shorthand = expressions.find((expression) => isCalendarShorthand(expression.value));
      if (shorthand === undefined || expressions.length < 2) continue;
      const described = expressions.map((one) => `${one.value} (${describeRuns(one.value)})`);
      yield {
        place: shorthand,
        problem: `both lines count: ${described.join(' and ')}`,
        remedy: `keep one line; without \`${shorthand.value}\` it runs only at ${others(expressions, shorthand)}.`,
      };
    }
  },
};

export const calendarUnreadable: LintRule = {
  name: 'calendar-unreadable',
  severity: 'critical',
  title: 'an OnCalendar line that systemd does not understand',
  consequence:
    'systemd logs a warning and ignores the line. A timer that has no other line is not loaded ("Timer unit lacks value ' +
    'setting") and never runs.',
  correct: '[Timer]\nOnCalendar=*-*-* 02:00:00 UTC',
  reproduction: `systemd 252:

\`\`\`
$ systemd-analyze calendar "0 2 * * *"
Failed to parse calendar specification '0 2 * * *': Invalid argument
$ systemd-analyze calendar "Sun..Tue"
Failed to parse calendar specification 'Sun..Tue': Invalid argument
\`\`\``,
  source: 'systemd.time(7), "Calendar Events"',
  *judge(project) {
    for (const schedule of project.schedules) {
      if (schedule.syntax !== 'calendar') continue;
      for (const expression of knownExpressions(schedule)) {
        if (readCalendar(expression.value) !== undefined || /^@\d+$|%|\.\d/.test(expression.value)) continue;
        const isCron = runTimesOf(expression.value, 'cron') !== undefined;
        yield {
          place: expression,
          problem: `systemd cannot read ${expression.value}`,
          remedy: isCron
            ? 'this is the form of a crontab; write it as in `Sun *-*-* 02:00:00`.'
            : 'write it as in `Mon..Sat *-*-* 02:00:00`, and try it with `systemd-analyze calendar`.',
        };
      }
    }
  },
};

export const calendarWeekdayDash: LintRule = {
  name: 'calendar-weekday-dash',
  severity: 'advice',
  title: 'a range of weekdays with a dash',
  consequence:
    'systemd still takes `Mon-Sat` as it was written before version 227, but no longer describes it; ranges are written with two ' +
    'dots.',
  correct: 'OnCalendar=Mon..Sat *-*-* 02:00:00',
  reproduction: `systemd 252:

\`\`\`
$ systemd-analyze calendar "Mon-Sat *-*-* 02:00:00"
Normalized form: Mon..Sat *-*-* 02:00:00
\`\`\``,
  source: 'systemd.time(7), "Calendar Events"',
  *judge(project) {
    for (const schedule of project.schedules) {
      if (schedule.syntax !== 'calendar') continue;
      for (const expression of knownExpressions(schedule)) {
        const dash = /^[A-Za-z]+(-)[A-Za-z]+(?=[\s,]|$)/.exec(expression.value);
        if (dash === null || readCalendar(expression.value) === undefined) continue;
        if (isCalendarShorthand(expression.value)) continue;
        const at = expression.start + dash[0].indexOf('-');
        yield {
          place: {
            document: expression.document,
            start: expression.start,
            end: expression.start + dash[0].length,
          },
          problem: `${dash[0]} is an old form`,
          remedy: `write ${dash[0].replace('-', '..')}.`,
          fix: { place: { document: expression.document, start: at, end: at + 1 }, replacement: '..' },
        };
      }
    }
  },
};

export const calendarWithoutZone: LintRule = {
  name: 'calendar-without-zone',
  severity: 'advice',
  title: 'a timer in the hours that summer time skips and repeats, without a zone',
  consequence:
    'Without a zone OnCalendar= is the local time of each host. Where clocks go from 02:00 to 03:00, the run of that night is ' +
    'left out, and hosts in different zones run at different times.',
  correct: 'OnCalendar=Sun *-*-* 02:00:00 UTC',
  reproduction: `systemd 252; clocks go from 02:00 to 03:00 on 29 March 2026, and nothing runs on that day:

\`\`\`
$ systemd-analyze calendar --iterations=2 --base-time="2026-03-28 12:00:00 UTC" "*-*-* 02:30:00 Europe/Berlin"
    Next elapse: Mon 2026-03-30 00:30:00 UTC
       Iter. #2: Tue 2026-03-31 00:30:00 UTC
\`\`\``,
  source: 'systemd.time(7), "Calendar Events"',
  *judge(project) {
    for (const schedule of project.schedules) {
      if (schedule.syntax !== 'calendar' || schedule.zone !== undefined) continue;
      for (const expression of knownExpressions(schedule)) {
        const calendar = readCalendar(expression.value);
        if (calendar === undefined || calendar.zone !== undefined || !isOnlyIn(calendar.hours, 2)) continue;
        yield {
          place: expression,
          problem: `${expression.value} is in the local time of each host`,
          remedy: 'add the zone: `UTC` at the end of the line.',
        };
      }
    }
  },
};

function isOnlyIn(
  hours: readonly {
    readonly start: number;
    readonly stop: number | undefined;
    readonly step: number | undefined;
  }[],
  hour: number,
): boolean {
  const [only] = hours;
  return hours.length === 1 && only?.start === hour && only.stop === undefined && only.step === undefined;
}

/** `every day 02:00`, `Sun 02:00`. */
function describeRuns(text: string): string {
  const runs = runTimesOf(text, 'calendar')?.runs(sampleStart, 100) ?? [];
  const inSample = runs.filter((at) => at.getTime() < sampleEnd);
  const times = [...new Set(inSample.map((at) => at.toISOString().slice(11, 16)))];
  const days = [...new Set(inSample.map((at) => at.toUTCString().slice(0, 3)))];
  const [first] = runs;
  if (first === undefined) return 'never';
  if (times.length !== 1 || inSample.length === 0)
    return `next ${first.toISOString().slice(0, 16).replace('T', ' ')}`;
  return `${days.length === 7 ? 'every day' : days.join(', ')} ${times[0]}`;
}

function others(expressions: readonly PlacedText[], shorthand: PlacedText): string {
  const rest = expressions.filter((one) => one !== shorthand);
  return rest.map((one) => describeRuns(one.value)).join(' and ');
}
