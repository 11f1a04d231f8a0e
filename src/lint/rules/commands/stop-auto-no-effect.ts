import type { LintRule } from '../../lint-rule.ts';
import { argumentNamed, callsOf } from './engine-calls.ts';

export const stopAutoNoEffect: LintRule = {
  name: 'stop-auto-no-effect',
  severity: 'advice',
  title: 'stop-auto, which does nothing',
  consequence:
    'It stopped exclusive backups, which no version of PostgreSQL from 9.6 on makes with pgBackRest. From 2.58 on the engine ' +
    'warns that it will be removed; then a backup with it ends with an error.',
  correct: 'pgbackrest --stanza=main backup',
  reproduction: `pgBackRest 2.60:

\`\`\`
$ pgbackrest --stanza=main --stop-auto backup
WARN: option 'stop-auto' is deprecated
      HINT: all supported versions use non-exclusive backup.
      HINT: stop using this option to avoid an error when it is removed.
\`\`\``,
  source: 'pgBackRest release notes 2.58',
  *judge(project) {
    for (const call of callsOf(project, 'backup')) {
      const option = argumentNamed(call, 'stop-auto');
      if (option === undefined) continue;
      yield { place: option.name, problem: '--stop-auto has no effect', remedy: 'leave it out.' };
    }
    for (const { name, line } of project.engineFiles.flatMap(({ settings }) => settings)) {
      if (name.value !== 'stop-auto') continue;
      const fix = { place: line, replacement: '' };
      yield { place: name, problem: 'stop-auto has no effect', remedy: 'remove the line.', fix };
    }
  },
};
