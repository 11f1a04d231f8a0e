import { expect, test } from 'vitest';
import { parseEngineVersion, type EngineVersion } from '../../../model/engine-version.ts';
import type { LintRule } from '../../lint-rule.ts';
import { readProject } from '../../read-project.ts';
import { calendarWeekdayDash } from '../schedules/calendar-rules.ts';
import { cronPercentUnescaped } from '../schedules/crontab-rules.ts';
import { engineOptionRefused } from './engine-option-refused.ts';

/** The file after every fix of a rule, from the end on. */
function fixed(rule: LintRule, file: string, text: string): string {
  const engineVersion = parseEngineVersion('2.45') as EngineVersion;
  const project = readProject([{ file, text }], { engineVersion, fileFacts: () => undefined });
  const fixes = [...rule.judge(project)].flatMap((finding) => finding.fix ?? []);
  return fixes
    .toSorted((left, right) => right.place.start - left.place.start)
    .reduce((now, { place, replacement }) => {
      const { document } = place;
      return (
        now.slice(0, document.fileOffset(place.start)) +
        replacement +
        now.slice(document.fileOffset(place.end))
      );
    }, text);
}

test('takes out an option that changes nothing', () => {
  expect(fixed(engineOptionRefused, 'a.sh', 'pgbackrest --stanza=main --repo=2 check\n')).toBe(
    'pgbackrest --stanza=main check\n',
  );
  expect(fixed(engineOptionRefused, 'a.sh', 'pgbackrest --repo 1 --stanza=main check\n')).toBe(
    'pgbackrest --stanza=main check\n',
  );
});

test('leaves alone what may have been meant otherwise', () => {
  for (const text of [
    'pgbackrest --stanza=main --dry-run restore\n',
    'pgbackrest --repo="2" --stanza=main check\n',
  ])
    expect(fixed(engineOptionRefused, 'a.sh', text)).toBe(text);
});

test('puts a backslash before each percent sign', () => {
  expect(fixed(cronPercentUnescaped, 'crontab', '0 2 * * 0 pgbackrest backup > $(date +%F-%H)\n')).toBe(
    '0 2 * * 0 pgbackrest backup > $(date +\\%F-\\%H)\n',
  );
});

test('writes ranges of weekdays with dots', () => {
  expect(fixed(calendarWeekdayDash, 'a.timer', '[Timer]\nOnCalendar=Mon-Sat 02:00\n')).toBe(
    '[Timer]\nOnCalendar=Mon..Sat 02:00\n',
  );
});
