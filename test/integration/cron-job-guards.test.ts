import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseConfiguration } from '../../src/config/load.ts';
import { scheduleLines } from '../../src/config/schedule-lines.ts';
import { RenderedDirectory, renderFiles } from '../kubernetes/render-objects.ts';

/* What the containers of CronJobs run, with a holdfast in their place that answers as it is told. */
const blackouts = [{ cron: '0 8 * * 1-5', duration: '10h', missed: 'skip' }];
const schedule = {
  full: '0 2 * * 0',
  incr: { cron: '0 * * * *', timezone: 'Europe/Berlin' },
  verify: '30 4 * * *',
  drill: { cron: '0 5 * * 6', target: 'latest' },
  blackouts,
};
const file = (times: object): object => ({
  stanzas: {
    main_db: {
      postgres: { path: '/var/lib/postgresql/17/main' },
      repositories: {
        offsite: {
          type: 's3',
          provider: 'minio',
          endpoint: '10.1.2.3:9000',
          bucket: 'backups',
          region: 'us-east-1',
          key: '${B2_KEY}',
          keySecret: '${B2_SECRET}',
          retention: { full: '14d' },
        },
      },
      schedule: times,
    },
  },
  deploy: { kubernetes: { form: 'cronjobs', rolePassword: '${ROLE}', name: 'shop' } },
});

interface Rendered {
  /** Of the container of each CronJob, by its name. */
  readonly commands: ReadonlyMap<string, readonly string[]>;
  /** Keys of the lines that a pod's own holdfast.yaml has. */
  readonly keysIn: (variant: 'job' | 'drill') => readonly string[];
  readonly content: (path: string) => string;
}

function render(times: object): Rendered {
  const files = renderFiles('kubernetes', file(times));
  using directory = new RenderedDirectory(files);
  const jobs = directory.build('base').filter(({ kind }) => kind === 'CronJob');
  const content = (path: string): string => files.find((one) => one.path === path)?.content ?? '';
  const commands = jobs.map((job) => {
    const spec = job['spec'] as {
      jobTemplate: { spec: { template: { spec: { containers: { command: string[] }[] } } } };
    };
    return [job.metadata.name, spec.jobTemplate.spec.template.spec.containers[0]?.command ?? []] as const;
  });
  return {
    commands: new Map(commands),
    keysIn: (variant) => {
      const text = content(`base/files/${variant}-holdfast.yaml`);
      const { configuration, problems } = parseConfiguration(text, '/etc/holdfast/holdfast.yaml');
      if (configuration === undefined) throw new Error(JSON.stringify(problems));
      return scheduleLines(configuration).map(({ key }) => key);
    },
    content,
  };
}

/** The words after `holdfast guard`, and what is run then. */
const wordsOf = (command: readonly string[] = []): readonly (string | undefined)[] => {
  const found = /^holdfast guard --stanza main_db --line '(.*?)' [^]*\nexec holdfast (.*)\n$/.exec(
    command[2] ?? '',
  );
  return [found?.[1], found?.[2]];
};

describe('the containers of CronJobs', () => {
  it('ask the guard for their line, which is in the configuration of their pods, and run that line', () => {
    const { commands, keysIn, content } = render(schedule);
    const [full, incr] = ['main_db/full@0 2 * * 0', 'main_db/incr@0 * * * * Europe/Berlin'];
    const [verify, drill] = ['main_db/verify@30 4 * * *', 'main_db/drill latest@0 5 * * 6'];
    const common = '--stanza main_db';
    expect(wordsOf(commands.get('shop-full'))).toEqual([
      full,
      `backup --type full ${common} --line '${full}' --yes --quiet --direct`,
    ]);
    expect(wordsOf(commands.get('shop-incr'))).toEqual([
      incr,
      `backup --type incr ${common} --line '${incr}' --yes --quiet --direct`,
    ]);
    expect(wordsOf(commands.get('shop-verify'))).toEqual([verify, `verify ${common} --yes --quiet --direct`]);
    expect(wordsOf(commands.get('shop-drill'))).toEqual([
      drill,
      expect.stringMatching(/^drill --target latest .* --direct$/),
    ]);
    expect(keysIn('job')).toEqual(expect.arrayContaining([full, incr, verify]));
    expect(keysIn('drill')).toEqual([drill]);
    for (const variant of ['job', 'drill'])
      expect(content(`base/files/${variant}-holdfast.yaml`)).toContain('0 8 * * 1-5');
  });

  it('end well where the guard says no, and with its code where it does not know', () => {
    const { commands } = render(schedule);
    using directory = new RenderedDirectory([]);
    const program = '#!/bin/sh\n[ "$1" = guard ] && exit "$ANSWER"\necho "$1"\nexit 7\n';
    writeFileSync(`${directory.path}/holdfast`, program, { mode: 0o755 });
    const run = (answer: number): object => {
      const [shell = '', ...words] = commands.get('shop-full') ?? [];
      const env = { PATH: `${directory.path}:/usr/bin:/bin`, ANSWER: String(answer) };
      const { status, stdout } = spawnSync(shell, words, { env, encoding: 'utf8' });
      return { status, stdout };
    };
    expect(run(0)).toEqual({ status: 7, stdout: 'backup\n' });
    expect(run(1)).toEqual({ status: 0, stdout: '' });
    expect(run(79)).toEqual({ status: 79, stdout: '' });
  });

  it('are refused where nobody would begin what a blackout puts off', () => {
    const late = { ...schedule, blackouts: [{ cron: '0 8 * * 1-5', duration: '10h' }] };
    expect(() => render(late)).toThrow(/nobody would be there to begin it/);
  });
});
