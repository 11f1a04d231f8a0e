import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { readYaml, removeYamlKey, setOwnedItems, setYamlKey } from './edit-yaml.ts';

const inventory = `---
all:
  children:
    infra: { hosts: { 10.10.10.10: { infra_seq: 1 } } }   # one node
    pg-meta:
      hosts: { 10.10.10.10: { pg_seq: 1, pg_role: primary } }
      vars:
        pg_cluster: pg-meta
        pg_users: # people
          - { name: dbuser_meta ,password: 'DBUser.Meta' ,roles: [ dbrole_admin ] }
        node_crontab: [ '00 01 * * * postgres /pg/bin/pg-backup full' ] # daily
  vars:                      # globals
    version: v3.7.0
    pgbackrest_method: local # the one
    pgbackrest_clean: true
    pgbackrest_repo:         # see docs
      local:
        path: /pg/backup     # local path
        retention_full: 2
    grafana_admin_password: "pigsty"
`;

const lines = (text: string): readonly string[] => text.split('\n');
const changed = (before: string, after: string): readonly (readonly string[])[] => [
  lines(before).filter((line) => !lines(after).includes(line)),
  lines(after).filter((line) => !lines(before).includes(line)),
];

describe('setYamlKey', () => {
  it('changes a value and leaves the comment behind it', () => {
    const after = setYamlKey(inventory, ['all', 'vars', 'pgbackrest_method'], 'offsite');
    expect(changed(inventory, after)).toEqual([
      ['    pgbackrest_method: local # the one'],
      ['    pgbackrest_method: offsite # the one'],
    ]);
  });

  it('touches of a mapping only the keys that differ', () => {
    const path = ['all', 'vars', 'pgbackrest_repo', 'local'];
    const after = setYamlKey(inventory, path, {
      entries: [
        ['path', '/pg/backup'],
        ['bundle', 'y'],
      ],
    });
    expect(changed(inventory, after)).toEqual([['        retention_full: 2'], ['        bundle: y']]);
  });

  it('makes mappings that are missing, beside what is there', () => {
    const path = ['all', 'vars', 'pgbackrest_repo', 'offsite'];
    const after = setYamlKey(inventory, path, {
      entries: [
        ['type', 's3'],
        ['cipher_pass', { expression: "{{ x('y') }}" }],
      ],
    });
    expect(changed(inventory, after)).toEqual([
      [],
      ['      offsite:', '        type: s3', '        cipher_pass: "{{ x(\'y\') }}"'],
    ]);
  });

  it('goes between braces', () => {
    const after = setYamlKey(inventory, ['all', 'children', 'infra', 'vars', 'a'], 'no');
    expect(changed(inventory, after)[1]).toEqual([
      "    infra: { hosts: { 10.10.10.10: { infra_seq: 1 } }, vars: { a: 'no' } }   # one node",
    ]);
  });

  it.each([
    ['an alias on the way', 'a: &x { b: 1 }\nc: *x\n', ['c', 'b'], /alias/],
    ['an anchor on the value', 'a: &x 1\nb: *x\n', ['a'], /anchor/],
    ['a mapping that others take over', 'a: &x\n  b: 1\nc: *x\n', ['a', 'b'], /changing more/],
    ['what is no mapping', 'a: [1]\n', ['a', 'b'], /no mapping/],
    ['what is no YAML', 'a: [1\n', ['a'], /not YAML/],
  ])('refuses %s', (_, text, path, problem) => {
    expect(() => setYamlKey(text, path, 'new')).toThrow(problem);
  });

  it('keeps the line breaks of the file', () => {
    expect(setYamlKey('a:\r\n  b: 1\r\n', ['a', 'c'], 'x')).toBe('a:\r\n  b: 1\r\n  c: x\r\n');
    expect(setYamlKey('a:\n  b: 1', ['a', 'c'], 'x')).toBe('a:\n  b: 1\n  c: x\n');
  });
});

describe('setOwnedItems', () => {
  const owns = (item: string): boolean => item.includes('pg-backup');

  it('leaves what others wrote, in its order', () => {
    const text = 'c:\n  - "a" # mine\n  - x pg-backup full\n  - b\n  - y pg-backup incr\nd: 1\n';
    const after = setOwnedItems(text, ['c'], ['y pg-backup incr', 'z pg-backup diff'], owns);
    expect(after).toBe('c:\n  - "a" # mine\n  - b\n  - y pg-backup incr\n  - \'z pg-backup diff\'\nd: 1\n');
  });

  it('keeps what is said of the list when all of it changes', () => {
    const text = "c: # daily\n  # at one\n  - '00 01 * * * pg-backup full' # old\nd: 1\n";
    const after = setOwnedItems(text, ['c'], ['0 2 * * * pg-backup full', '0 3 * * * pg-backup incr'], owns);
    expect(after).toBe(
      "c: # daily\n  # at one\n  - '0 2 * * * pg-backup full'\n  - '0 3 * * * pg-backup incr'\nd: 1\n",
    );
  });

  it('removes a list that is left empty', () => {
    const after = setOwnedItems(inventory, ['all', 'children', 'pg-meta', 'vars', 'node_crontab'], [], owns);
    expect(changed(inventory, after)).toEqual([
      ["        node_crontab: [ '00 01 * * * postgres /pg/bin/pg-backup full' ] # daily"],
      [],
    ]);
  });
});

/** A mapping as somebody may have written it: comments, blank lines, quotes, braces, lists. */
const spelled = fc.letrec<{ block: readonly string[]; value: string }>((tie) => ({
  value: fc.oneof(
    fc.constantFrom(
      '1',
      "'a: b'",
      '"x # y"',
      'plain text',
      '{ a: 1, b: [ x ] }',
      '[ 1, 2 ]',
      '!vault abc',
      'y',
      '~',
    ),
    fc.constant('|\n      text: not a key\n\n      # no comment'),
  ),
  block: fc
    .uniqueArray(fc.constantFrom('alpha', 'beta', 'gamma', 'delta', 'target', 'other'), {
      minLength: 1,
      maxLength: 5,
    })
    .chain((keys) =>
      fc
        .array(
          fc.tuple(
            tie('value'),
            fc.constantFrom('', ' # why', '   #'),
            fc.constantFrom('', '\n', '    # above\n'),
          ),
          {
            minLength: keys.length,
            maxLength: keys.length,
          },
        )
        .map((values) =>
          keys.map((key, index) => {
            const [value, comment, above] = values[index] ?? ['1', '', ''];
            return `${above}    ${key}: ${value}${value.includes('\n') ? '' : comment}\n`;
          }),
        ),
    ),
}));

describe('any file', () => {
  it('has the value afterwards, and every line that says nothing of it is as it was', () => {
    const value = fc.constantFrom<string | number>('new', 'no', 'a b', 7, '07', "it's", '{{ x }}');
    fc.assert(
      fc.property(spelled.block, spelled.block, value, (first, second, wanted) => {
        const text = `# head\nall:\n  vars:\n${first.join('')}  more:\n${second.join('')}end: 1\n`;
        const path = ['all', 'vars', 'target'];
        const after = setYamlKey(text, path, wanted);
        expect(readYaml(after, path)).toBe(wanted);
        expect(setYamlKey(after, path, wanted)).toBe(after);
        const own = first.filter((part) => /^ {4}target:/m.test(part)).join('');
        const at = own === '' ? text.indexOf('  more:\n') : text.indexOf(own) + own.search(/^ {4}target:/m);
        const behind = own === '' ? at : text.indexOf(own) + own.length;
        expect(after.startsWith(text.slice(0, at))).toBe(true);
        expect(after.endsWith(text.slice(behind))).toBe(true);
        const removed = removeYamlKey(after, path);
        expect(readYaml(removed, path)).toBeUndefined();
        expect(parse(removed, { logLevel: 'silent' })).toBeDefined();
      }),
      { numRuns: 300 },
    );
  });
});
