import type { CommandList, Schedule } from '../../facts.ts';
import type { LintDocument } from '../../lint-document.ts';
import type { LintRule } from '../../lint-rule.ts';
import { isSystemCrontab } from '../../readers/shell/read-crontab.ts';
import { runTimesOf } from './run-times.ts';

/** Kinds whose cron lines end in a crontab, and not in a scheduler of another kind. */
const crontabKinds = new Set(['crontab', 'pigsty']);

export const cronExpressionUnreadable: LintRule = {
  name: 'cron-expression-unreadable',
  severity: 'critical',
  title: 'a line of a crontab with an expression that cron does not understand',
  consequence:
    'crontab refuses to install a file with a bad line; of a file in /etc/cron.d cron reads nothing any more. Either way none of ' +
    'the lines runs.',
  correct: '0 2 * * 0 /usr/bin/pgbackrest --stanza=main --type=full backup',
  reproduction:
    'Read in the source of cron (entry.c, load_entry: "bad minute", "bad hour" …); cron was not there to run.',
  source: 'crontab(5)',
  *judge(project) {
    for (const { schedule, document } of crontabLines(project.schedules)) {
      const [expression] = schedule.expressions;
      if (expression === undefined || expression.unknown || /^@reboot$/i.test(expression.value)) continue;
      if (runTimesOf(expression.value, 'cron') !== undefined || document.kind !== 'crontab') continue;
      yield {
        place: expression,
        problem: `cron cannot read ${expression.value}`,
        remedy: 'write five fields: minute 0-59, hour 0-23, day 1-31, month 1-12, weekday 0-7.',
      };
    }
  },
};

export const cronPercentUnescaped: LintRule = {
  name: 'cron-percent-unescaped',
  severity: 'warning',
  title: 'a percent sign in a crontab',
  consequence:
    'cron ends the command at the first `%` that has no backslash, quotes or not, and gives the rest to it as input. ' +
    '`$(date +%F)` leaves an open parenthesis behind, and the shell runs nothing of the line.',
  correct: '0 2 * * 0 pgbackrest --stanza=main backup > /var/log/backup-$(date +\\%F).log 2>&1',
  reproduction: `What cron gives to the shell of \`pgbackrest --stanza=main backup > /tmp/$(date +%F).log\`:

\`\`\`
$ sh -c 'pgbackrest --stanza=main backup > /tmp/$(date +'
sh: 1: Syntax error: end of file unexpected (expecting ")")
\`\`\``,
  source: 'crontab(5), "The sixth field"',
  *judge(project) {
    for (const { schedule, document } of crontabLines(project.schedules)) {
      if (schedule.commands === undefined) continue;
      const { start, end } = schedule.commands.place;
      const text = document.text
        .slice(start, end)
        .replaceAll(/\{[{%][\s\S]*?[}%]\}/g, (found) => ' '.repeat(found.length));
      for (const found of text.matchAll(/(?<!\\)%/g)) {
        const place = { document, start: start + found.index, end: start + found.index + 1 };
        yield {
          place,
          problem: 'cron ends the command at this percent sign',
          remedy: 'put a backslash in front of it.',
          severity: isCutOff(schedule.commands) ? 'critical' : undefined,
          fix: { place, replacement: '\\%' },
        };
      }
    }
  },
};

export const cronUserMissing: LintRule = {
  name: 'cron-user-missing',
  severity: 'critical',
  title: 'a line of a system crontab without the user',
  consequence:
    'In /etc/crontab and /etc/cron.d the sixth field is the user. cron takes the program for it, logs "ERROR (bad username)", ' +
    'and runs nothing.',
  correct: '0 2 * * 0 postgres /usr/bin/pgbackrest --stanza=main --type=full backup',
  reproduction:
    'Read in the source of cron (entry.c, load_entry: getpwnam of the sixth field); cron was not there to run.',
  source: 'crontab(5); cron(8)',
  *judge(project) {
    for (const { schedule, document } of crontabLines(project.schedules)) {
      const [expression] = schedule.expressions;
      if (!isSystemCrontab(document) || expression === undefined || schedule.commands === undefined) continue;
      const between = document.text.slice(expression.end, schedule.commands.place.start);
      const [first] = schedule.commands.commands;
      if (between.trim() !== '' || first === undefined || first.words[0]?.unknown === true) continue;
      yield {
        place: { document, start: expression.start, end: first.place.end },
        problem: `a line of ${document.destination ?? document.file} has no user`,
        remedy: 'put the user, postgres, in front of the command.',
      };
    }
  },
};

export const cronFileNameIgnored: LintRule = {
  name: 'cron-file-name-ignored',
  severity: 'critical',
  title: 'a file in /etc/cron.d whose name cron passes over',
  consequence:
    'cron of Debian and its relatives only reads files in /etc/cron.d whose names consist of letters, digits, `_` and `-`. One ' +
    'with a dot is not read, and nothing says so.',
  correct: '/etc/cron.d/pgbackrest',
  reproduction: `The same rule as that of run-parts (Debian 12):

\`\`\`
$ ls /tmp/cron.d; run-parts --list /tmp/cron.d
pgbackrest  pgbackrest.cron
/tmp/cron.d/pgbackrest
\`\`\``,
  source: 'cron(8) of Debian, "Notes": names in /etc/cron.d',
  *judge(project) {
    const seen = new Set<LintDocument>();
    for (const { schedule, document } of crontabLines(project.schedules)) {
      const path = (document.destination ?? document.file).replace(/\.(?:j2|tmpl|tpl|erb|epp|template)$/, '');
      const name = /(?:^|\/)etc\/cron\.d\/([^/]+)$/.exec(path)?.[1];
      if (name === undefined || seen.has(document) || /[{$<]/.test(name) || /^[\w-]+$/.test(name)) continue;
      seen.add(document);
      yield {
        place: schedule.place,
        problem: `cron does not read a file named ${name}`,
        remedy: `name it ${name.replaceAll(/\.cron$|[^\w-]/g, (found) => (found === '.cron' ? '' : '-'))}.`,
      };
    }
  },
};

function crontabLines(
  schedules: readonly Schedule[],
): readonly { readonly schedule: Schedule; readonly document: LintDocument }[] {
  return schedules
    .filter((schedule) => schedule.syntax === 'cron' && crontabKinds.has(schedule.place.document.kind))
    .map((schedule) => ({ schedule, document: schedule.place.document }));
}

/** What is left of the line has an open quote or parenthesis, or holds no command at all. */
function isCutOff(list: CommandList): boolean {
  const { document, start, end } = list.place;
  const left = document.text.slice(start, end).split(/(?<!\\)%/)[0] ?? '';
  const open = (left.match(/\$\(/g) ?? []).length - (left.match(/\)/g) ?? []).length;
  return open > 0 || (left.match(/`/g) ?? []).length % 2 === 1 || (left.match(/"/g) ?? []).length % 2 === 1;
}
