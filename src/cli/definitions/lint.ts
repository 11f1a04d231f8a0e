import type { CommandDefinition } from '../command-definition.ts';
import { documentKinds } from '../../lint/lint-document.ts';

export const lintDefinition: CommandDefinition = {
  name: 'lint',
  summary: 'judge configurations, crontabs, units, manifests, scripts and documents that are already there',
  description: [
    'Reads what people already have, tells what is wrong, what really happens because of it, and what to write instead: holdfast.yaml, pgbackrest.conf and conf.d, .env files, postgresql.conf, patroni.yml, crontabs, systemd units, Compose files, Kubernetes manifests, Ansible playbooks and templates, pigsty.yml, shell scripts, and the fenced blocks of Markdown documents. Nothing is changed without --fix, and no cluster or repository is touched.',
    'Files that are named together are judged together: a stanza in a crontab is held against those of pgbackrest.conf. A comment `# holdfast-lint: ignore RULE` above a line takes a finding out. Every rule has its page in docs/lint.md.',
  ],
  arguments: [
    {
      name: 'path',
      description:
        'files, directories, or - for stdin; without it the holdfast.yaml that would be used and what stands on this host',
      optional: true,
      repeatable: true,
      completes: 'file',
    },
  ],
  options: [
    {
      name: 'as',
      value: 'KIND',
      description: 'read every file as this',
      choices: documentKinds.filter((kind) => kind !== 'unknown'),
      otherwise: 'told by name and content',
    },
    {
      name: 'engine',
      value: 'VERSION',
      description: 'judge for this version of pgBackRest',
      otherwise: 'the installed one, or the newest that is known',
    },
    { name: 'no-engine', description: 'do not let the installed pgbackrest judge configurations as well' },
    { name: 'only', value: 'RULE', description: 'only findings of this rule', repeatable: true },
    { name: 'ignore', value: 'RULE', description: 'no findings of this rule', repeatable: true },
    {
      name: 'min-severity',
      value: 'SEVERITY',
      description: 'only findings that are at least as severe',
      choices: ['critical', 'warning', 'advice'],
      otherwise: 'advice',
    },
    { name: 'fix', description: 'correct in the files what has one right answer, and print the difference' },
    { name: 'diff', description: 'print the difference that --fix would make, and change nothing' },
    {
      name: 'format',
      value: 'FORMAT',
      description: 'form of the result; sarif is SARIF 2.1.0, for code hosts and editors',
      choices: ['text', 'sarif'],
      otherwise: 'text',
    },
    { name: 'rules', description: 'list every rule, and judge nothing' },
  ],
  examples: [
    { command: 'holdfast lint', explanation: 'what this host uses' },
    {
      command: 'holdfast lint --engine 2.55 deploy/ docs/backup.md',
      explanation: 'a repository, before a change is merged',
    },
    { command: 'crontab -l | holdfast lint --as crontab -', explanation: 'a text that is in no file' },
    { command: 'holdfast lint --fix pgbackrest.conf', explanation: 'correct what has one right answer' },
  ],
  failures: ['file-unusable', 'nothing-found', 'not-permitted', 'disk-full', 'engine-unsupported'],
  findings: {
    warning: 'something is wrong that loses no data yet',
    critical: 'data can be lost, or a restore is impossible',
  },
  privileged: false,
  load: () => import('../commands/lint.ts'),
};
