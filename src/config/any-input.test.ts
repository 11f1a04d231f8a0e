import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { parseEngineVersion } from '../model/engine-version.ts';
import { optionsOf } from '../model/option-table.ts';
import { stanzaWith } from './read-marked.ts';
import { parseConfiguration } from './load.ts';
import { formatProblems, hasErrors } from './problems.ts';

const valid = stanzaWith({
  postgres: '[{ path: /data, port: 5432 }, { path: /data, host: pg2, ssh: { user: postgres } }]',
  local:
    '{ type: s3, provider: aws, region: r, bucket: b, key: "${K}", keySecret: file:/s, encryption: { passphrase: "${P}" }, retention: { full: 14d } }',
  more: 'schedule: { full: { cron: "0 2 * * 0", on: any, jitter: 5m, priority: 9, catchUp: false, timeout: 8h }, blackouts: [{ cron: "0 8 * * 1-5", duration: 10h, missed: skip }], drill: { cron: "0 5 * * 6" } }\nobjectives: { rpo: 1m }\noptions: { backup: { process-max: 4 } }',
  top: 'notify: { ops: { slack: "${S}" } }\nserver: { listen: 127.0.0.1:7432 }\njobs: { parallel: 3, keepLogs: 14d }\nwatch: { archive: 5m, recheck: 2d, databases: latest }',
});

const versions = fc.constantFrom(undefined, ...['2.45', '2.53', '2.60.0'].map(parseEngineVersion));

/** Whatever the text is, there is a configuration or a named problem inside the file. */
function holds(text: string, engineVersion?: ReturnType<typeof parseEngineVersion>): void {
  const { configuration, problems } = parseConfiguration(text, '/f', { engineVersion });
  expect(configuration === undefined).toBe(hasErrors(problems));
  const lines = text.split(/\r\n|\r|\n/).length;
  for (const { rule, problem, remedy, position } of problems) {
    expect(rule).toMatch(/^[a-z-]+$/);
    expect(problem).not.toBe('');
    expect(remedy).toMatch(/^[A-Z].*\.$/s);
    expect(position.line).toBeGreaterThanOrEqual(1);
    expect(position.line).toBeLessThanOrEqual(lines);
    expect(position.column).toBeGreaterThanOrEqual(1);
  }
  expect(typeof formatProblems(problems)).toBe('string');
}

const words = fc.constantFrom(
  'stanzas',
  'main',
  'postgres',
  'path',
  'repositories',
  'local',
  'type',
  'posix',
  's3',
  'options',
  'schedule',
  'full',
  'retention',
  'archive',
  'count',
  'server',
  'listen',
  'notify',
  'from',
  'toString',
  'constructor',
  '__proto__',
  'backup',
  '<<',
  '*a',
  '&a',
  '${X}',
  'file:/x',
  '14d',
  '4GiB',
  'engine',
  'drill',
  'checks',
  'tls',
  'storage',
  'tags',
  'provider',
  'jobs',
  'watch',
  'parallel',
  'blackouts',
  'cron',
  'duration',
  'jitter',
  'replica',
  '0 2 * * 0',
);

const tree = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 6 },
    words,
    fc.string(),
    fc.double(),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    tie('list'),
    tie('map'),
  ),
  list: fc.array(tie('value'), { maxLength: 4 }),
  map: fc.dictionary(fc.oneof(words, fc.string()), tie('value'), { maxKeys: 6 }),
}));

describe('parseConfiguration, whatever the input', () => {
  it('takes any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => holds(text)),
      { numRuns: 300 },
    );
  });

  it('takes any text of YAML signs and words', () => {
    const signs = fc.oneof(
      words,
      fc.constantFrom(
        ': ',
        '\n',
        '\n  ',
        '- ',
        '{',
        '}',
        '[',
        ']',
        ', ',
        '"',
        "'",
        '#',
        '|\n',
        '>',
        '? ',
        '!',
        '%',
        '---\n',
        '\t',
        '\r\n',
      ),
    );
    fc.assert(
      fc.property(fc.array(signs, { maxLength: 40 }), (parts) => holds(parts.join(''))),
      { numRuns: 300 },
    );
  });

  it('takes any tree', () => {
    fc.assert(
      fc.property(tree.map, versions, (map, version) => holds(stringify(map), version)),
      { numRuns: 300 },
    );
  });

  it('takes any tree as a stanza, a repository and options', () => {
    fc.assert(
      fc.property(tree.map, versions, (map, version) => {
        const file = {
          stanzas: {
            main: {
              postgres: { path: '/d' },
              repositories: { local: { type: 'posix', ...(map as object) } },
              ...(map as object),
              options: map,
            },
          },
        };
        holds(stringify(file), version);
      }),
      { numRuns: 300 },
    );
  });

  it('takes any value for any option', () => {
    const names = optionsOf().map((option) => option.name.replace(/^(pg|repo)-/, '$11-'));
    fc.assert(
      fc.property(fc.constantFrom(...names), tree.value, versions, (name, value, version) => {
        holds(
          stringify({
            stanzas: {
              main: {
                postgres: { path: '/d' },
                repositories: { a: { type: 'posix' } },
                options: { [name]: value },
              },
            },
          }),
          version,
        );
      }),
      { numRuns: 300 },
    );
  });

  it('takes a right file with any piece taken out, doubled or put in', () => {
    const place = fc.nat({ max: valid.length });
    fc.assert(
      fc.property(
        place,
        fc.nat({ max: 30 }),
        fc.oneof(words, fc.string({ maxLength: 5 }), fc.constant('')),
        (start, length, insert) => {
          holds(valid.slice(0, start) + insert + valid.slice(start + length));
        },
      ),
      { numRuns: 400 },
    );
  });

  it('takes the file that the pieces are of', () => {
    expect(parseConfiguration(valid, '/f').problems).toEqual([]);
  });
});
