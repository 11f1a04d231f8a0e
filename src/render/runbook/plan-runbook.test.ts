import { describe, expect, it } from 'vitest';
import { parse } from 'parse5';
import { parseConfiguration } from '../../config/load.ts';
import type { Configuration } from '../../config/configuration.ts';
import { planRunbook, type RunbookRequest } from './plan-runbook.ts';
import type { Runbook, RunbookScenario } from './runbook.ts';
import { writeRunbookMarkdown } from './write-markdown.ts';
import { writeRunbookPage } from './write-page.ts';

const version = { text: '2.55', major: 2, minor: 55, patch: 0 };

function read(text: string): Configuration {
  const { configuration, problems } = parseConfiguration(text, '/etc/holdfast/holdfast.yaml');
  if (configuration === undefined) throw new Error(JSON.stringify(problems));
  return configuration;
}

function plan(text: string, request: Partial<RunbookRequest> = {}): Runbook {
  return planRunbook(read(text), { host: undefined, version, knowledge: [], ...request });
}

const simple = `
stanzas:
  main:
    postgres: { path: /var/lib/postgresql/15/main }
    repositories:
      local: { type: posix, path: /var/lib/pgbackrest, retention: { full: 2 } }
`;
const patroni = simple.replace(
  '    repositories:',
  '    patroni: { url: "http://127.0.0.1:8008" }\n    repositories:',
);
const encrypted = `${simple}      offsite:
        type: s3
        provider: backblaze
        bucket: acme
        region: us-west-004
        key: \${KEY}
        keySecret: file:/run/secrets/b2
        encryption: { passphrase: file:/run/secrets/cipher }
        retention: { full: 14d }
`;

const idsOf = (runbook: Runbook): string[] =>
  runbook.stanzas.flatMap(({ scenarios }) => scenarios.map(({ id }) => id));

function commandsOf({ holdfast, plain }: RunbookScenario): string[] {
  return [holdfast, plain]
    .flatMap(({ steps, proof, back }) => [...steps, ...proof, ...back])
    .flatMap(({ commands }) => commands);
}

describe('planRunbook', () => {
  it('has only scenarios that the configuration can have', () => {
    expect(idsOf(plan(simple))).toEqual([
      'latest',
      'moment',
      'set',
      'undo',
      'after-restore',
      'dropped-table',
      'bad-update',
      'copy',
      'lost-repository-local',
      'corrupt-page',
      'full-wal-disk',
      'lost-host',
      'other-machine',
    ]);
    expect(idsOf(plan(encrypted))).toEqual(
      expect.arrayContaining([
        'latest-from-offsite',
        'lost-repository-offsite',
        'lost-passphrase-offsite',
        'passphrase-gone-offsite',
      ]),
    );
    const cluster = idsOf(plan(patroni));
    expect(cluster).toEqual(expect.arrayContaining(['cluster-latest', 'cluster-moment', 'new-replica']));
    expect(cluster).not.toContain('latest');
  });

  it('asks for nothing that it does not explain, and explains nothing that it does not ask for', () => {
    for (const text of [simple, patroni, encrypted]) {
      for (const scenario of plan(text).stanzas.flatMap(({ scenarios }) => scenarios)) {
        const used = commandsOf(scenario).flatMap((line) =>
          [...line.matchAll(/<([A-Z][A-Z\d_]*)>/g)].map(([, name]) => name),
        );
        const known = scenario.placeholders.map(({ name }) => name);
        expect([...new Set(used)].toSorted(), scenario.id).toEqual(known.toSorted());
      }
    }
  });

  it('has the same words as the file: unit, port, repository number, stanza where there are several', () => {
    const two = encrypted.replace(
      'stanzas:',
      'stanzas:\n  other:\n    postgres: { path: /srv/other, port: 5433 }\n    repositories: { local: { type: posix, path: /srv/repo } }',
    );
    const [other, main] = plan(two).stanzas;
    const latest = commandsOf(
      main?.scenarios.find(({ id }) => id === 'latest-from-offsite') as RunbookScenario,
    );
    expect(latest).toContain('systemctl stop postgresql@15-main');
    expect(latest.join('\n')).toContain(
      "pgbackrest --stanza=main --repo=2 --type=standby '--target-timeline=<TIMELINE>' ",
    );
    expect(latest).toContain('holdfast restore --to latest --repo offsite --stanza main');
    expect(commandsOf(other?.scenarios[0] as RunbookScenario).join('\n')).toContain('-p 5433');
  });

  it.each([
    { minor: 58, isOneByOne: true },
    { minor: 59, isOneByOne: false },
  ])(
    'fetches WAL one by one, over whatever timelines, with 2.$minor: $isOneByOne',
    ({ minor, isOneByOne }) => {
      const runbook = plan(simple, { version: { ...version, minor } });
      const restores = runbook.stanzas
        .flatMap(({ scenarios }) => scenarios.flatMap(commandsOf))
        .filter((line) => line.includes('pgbackrest') && line.endsWith(' restore'));
      expect(restores.length).toBeGreaterThan(5);
      for (const restore of restores)
        expect(/restore_command=.* --no-archive-async archive-get/.test(restore), restore).toBe(isOneByOne);
    },
  );

  it('never deletes, resets or follows the latest timeline', () => {
    for (const text of [simple, patroni, encrypted]) {
      for (const scenario of plan(text).stanzas.flatMap(({ scenarios }) => scenarios)) {
        for (const line of commandsOf(scenario)) {
          expect(line).not.toMatch(/pg_resetwal|target-timeline=latest|recurse-keep/);
          if (/\brm -r/.test(line)) expect(line).toContain('-by-hand');
        }
      }
    }
  });

  it('types no prefix where the shell is that of the user of pgBackRest', () => {
    const text = `${simple}deploy: { runbook: { shellUser: engine, shell: docker compose exec holdfast bash } }\n`;
    const runbook = plan(text);
    expect(runbook.shell).toEqual({ command: 'docker compose exec holdfast bash', user: 'postgres' });
    expect(runbook.stanzas[0]?.scenarios.flatMap(commandsOf).join('\n')).not.toContain('runuser');
  });

  it('stops and starts from outside what runs in a container of its own', () => {
    const text = `${simple.replace('/15/main', '/data')}deploy:
  runbook: { shellUser: engine, stop: docker compose stop db, start: docker compose start db }
`;
    const scenarios = plan(text).stanzas[0]?.scenarios ?? [];
    const { holdfast, plain } = scenarios.find(({ id }) => id === 'moment') as RunbookScenario;
    expect(holdfast.steps.flatMap(({ commands }) => commands)).toEqual([
      "holdfast restore --to '<MOMENT>' --plan",
      'docker compose stop db',
      "holdfast restore --to '<MOMENT>'",
      'docker compose start db',
    ]);
    const lines = plain.steps.flatMap(({ commands }) => commands);
    const order = [
      'docker compose stop db',
      'mv -T',
      ' restore',
      'pg_ctl .*start$',
      'pg_promote',
      'pg_ctl .* stop',
      'docker compose start db',
    ];
    const places = order.map((part) => lines.findIndex((line) => new RegExp(part).test(line)));
    expect(places).toEqual(places.toSorted((left, right) => left - right));
    expect(places).not.toContain(-1);
  });

  it('tells what was measured, and else that nothing was', () => {
    const measured = {
      repository: 'local',
      seconds: 90,
      bytes: 2 ** 30,
      count: 3,
      lastAt: Date.UTC(2026, 10, 20),
    };
    const known = plan(simple, { knowledge: [{ stanza: 'main', server: undefined, measured: [measured] }] });
    expect(known.stanzas[0]?.scenarios[0]?.takes).toBe(
      'Measured: from local about 1 min 30 s (3 restores and drills, the last on 2026-11-20 with 1.0 GiB). More data and more WAL take longer.',
    );
    expect(plan(simple).stanzas[0]?.scenarios[0]?.takes).toMatch(/^Not known/);
  });
});

describe('the pages of a runbook', () => {
  const hostile = `${simple}deploy:
  runbook:
    contacts: ['<script>alert(1)</script> & *stars* | pipes']
    notes: ["</td></tr></table> [link](http://x)"]
`;

  it('show what people wrote and let none of it become markup', () => {
    const page = writeRunbookPage(plan(hostile));
    expect(page).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    const markdown = writeRunbookMarkdown(plan(hostile));
    expect(markdown).toContain(String.raw`\<script\>`);
    expect(markdown).not.toContain('\n</td></tr></table> [link]');
  });

  it('are well-formed, run nothing and load nothing', () => {
    const page = writeRunbookPage(plan(encrypted));
    const errors: string[] = [];
    parse(page, { onParseError: ({ code }) => void errors.push(code) });
    expect(errors).toEqual([]);
    expect(page).toContain("default-src 'none'");
    expect(page).not.toMatch(/<script|<link|<img|\bsrc=|href="(?!#)|url\(|@import/);
    expect(page).toContain('<mark>&lt;MOMENT&gt;</mark>');
    expect(page).toMatch(/@media print[\s\S]*break-before: page/);
    const anchors = [...page.matchAll(/href="#([^"]+)"/g)].map(([, id]) => id);
    for (const id of anchors) expect(page).toContain(`id="${String(id)}"`);
  });

  it('hold the same commands as the data', () => {
    const runbook = plan(encrypted);
    const markdown = writeRunbookMarkdown(runbook).split('\n');
    for (const line of runbook.stanzas.flatMap(({ scenarios }) => scenarios).flatMap(commandsOf))
      expect(markdown).toContain(line);
  });
});
