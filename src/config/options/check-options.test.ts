import { describe, expect, it } from 'vitest';
import { readMarked, stanzaWith } from '../read-marked.ts';
import { parseConfiguration } from '../load.ts';
import { ownedOptionNames } from './owned-options.ts';
import { optionNamed } from '../../model/option-table.ts';

const global = (options: string): string => stanzaWith({ top: `options: { ${options} }` });
const stanza = (options: string): string => stanzaWith({ more: `options: { ${options} }` });
const repository = (options: string): string =>
  stanzaWith({ local: `{ type: posix, path: /repo, retention: { full: 2 }, options: { ${options} } }` });

const cases: readonly (readonly [string, string, string?])[] = [
  ['option-unknown', global('▶proces-max: 3')],
  ['option-unknown', global('▶bakup: { process-max: 3 }')],
  ['option-unknown', repository('▶bundle-siz: 3MiB')],
  ['option-place', repository('▶process-max: 3')],
  ['option-place', repository('▶repo2-bundle-size: 3MiB')],
  ['option-place', global('▶pg1-local: true')],
  ['option-index', stanza('▶repo-bundle-size: 3MiB')],
  ['option-index', stanza('▶repo2-bundle-size: 3MiB')],
  ['option-command-line', global('▶dry-run: true')],
  ['option-command-line', global('▶stanza: main')],
  ['option-deprecated', global('▶archive-queue-max: 3GiB')],
  ['option-deprecated', repository('▶s3-verify-ssl: false')],
  ['option-owned', stanza('▶repo1-path: /x')],
  ['option-owned', stanza('▶pg1-port: 5433')],
  ['option-owned', global('▶log-path: /x')],
  ['option-owned', repository('▶cipher-pass: hunter2')],
  ['option-command', global('backup: { ▶archive-async: true }')],
  ['option-internal!', repository('▶block-size-super: 1MiB')],
  ['option-repeated', repository('bundle-size: 1MiB, ▶repo-bundle-size: 2MiB')],
  ['option-value', global('process-max: ▶1000')],
  ['option-value', global('process-max: ▶many')],
  ['option-value', global('start-fast: ▶1')],
  ['option-value', global('compress-type: ▶zip')],
  ['option-value', global('compress-level: ▶23')],
  ['option-value', global('buffer-size: ▶3MiB')],
  ['option-value', global('db-timeout: ▶8d')],
  ['option-value', global('db-include: ▶[]')],
  ['option-value', global('cmd-ssh: ▶"a${B}"')],
  ['option-version', global('▶tls-cipher-12: abc'), '2.57.0'],
  ['option-version', repository('▶symlink: false'), '2.45'],
  ['option-value', global('backup-standby: ▶prefer'), '2.45'],
  ['option-command', global('info: { ▶cmd: /usr/bin/pgbackrest }'), '2.58.0'],
];

describe('pass-through options', () => {
  it.each(cases.map(([rule, text, version]) => ({ rule, text, version })))(
    '$rule %#',
    ({ rule, text, version }) => {
      const { found, marks } = readMarked(text, version);
      expect(found).toEqual(marks.map((mark) => `${rule} ${mark}`));
    },
  );

  it('become what pgbackrest.conf takes', () => {
    const text = stanzaWith({
      local:
        '{ type: posix, path: /repo, retention: { full: 2 }, options: { bundle-size: 30 MiB, repo-hardlink: y } }',
      more: 'options: { exclude: [a, b], tablespace-map: { ts1: /mnt/1 }, backup: { compress-level: 3 } }',
      top: 'options: { start-fast: true, db-timeout: 5m, io-timeout: 500ms, process-max: "4", backup-standby: prefer }',
    });
    const { configuration, problems } = parseConfiguration(text, '/f');
    expect(problems).toEqual([]);
    const plain = (list: readonly { name: string; value: unknown; command: unknown }[] = []): unknown[] =>
      list.map(({ name, value, command }) =>
        command === undefined ? [name, value] : [name, value, command],
      );
    expect(plain(configuration?.options)).toEqual([
      ['start-fast', 'y'],
      ['db-timeout', '300'],
      ['io-timeout', '0.5'],
      ['process-max', '4'],
      ['backup-standby', 'prefer'],
    ]);
    expect(plain(configuration?.stanzas[0]?.options)).toEqual([
      ['exclude', ['a', 'b']],
      ['tablespace-map', ['ts1=/mnt/1']],
      ['compress-level', '3', 'backup'],
      ['repo1-bundle-size', '30MiB'],
      ['repo1-hardlink', 'y'],
    ]);
    expect(configuration?.options[0]?.position).toEqual({ file: '/f', line: 7, column: 12 });
  });

  it('tell since when an option exists, and that a newer one is needed', () => {
    const [problem] = readMarked(global('tls-cipher-12: abc'), '2.57.0').problems;
    expect(problem).toMatchObject({
      problem: 'the installed pgBackRest 2.57.0 does not know `tls-cipher-12`: it came with 2.58.0',
      remedy: 'Install pgBackRest 2.58.0 or newer, or remove the option.',
    });
  });

  it('never show a secret that was put in the wrong place', () => {
    for (const text of [
      repository('cipher-pass: hunter2'),
      stanza('repo1-s3-key-secret: hunter2'),
      stanza('repo1-cipher-pas: hunter2'),
    ]) {
      const { problems } = readMarked(text);
      expect(problems).toHaveLength(1);
      expect(JSON.stringify(problems)).not.toContain('hunter2');
    }
  });

  it('owns only options that exist', () => {
    expect(ownedOptionNames.filter((name) => optionNamed(name) === undefined)).toEqual([]);
  });
});
