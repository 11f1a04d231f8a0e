import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { setMappingKey } from './set-mapping-key.ts';

const file = `# Patroni of db1
scope: main     # the cluster
name: "db1"

postgresql:
    listen: 0.0.0.0:5432
    parameters:
        shared_buffers: 4GB   # a quarter
    # how we make replicas
    create_replica_methods:
        - basebackup
    pg_hba:
    - local all all peer

tags: { nofailover: false }
`;

describe('setMappingKey', () => {
  it('changes the lines of the key and no other, and nothing the second time', () => {
    const methods = ['pgbackrest', 'basebackup'];
    const once = setMappingKey(file, ['postgresql', 'create_replica_methods'], methods);
    expect(once).toBe(file.replace('        - basebackup\n', '      - pgbackrest\n      - basebackup\n'));
    expect(setMappingKey(once, ['postgresql', 'create_replica_methods'], methods)).toBe(once);
  });

  it('adds a key at the end of its mapping, as deep as its neighbours', () => {
    const value = { command: "pgbackrest --stanza=main '--delta' restore", keep_data: true };
    expect(setMappingKey(file, ['postgresql', 'pgbackrest'], value)).toBe(
      file.replace(
        '    - local all all peer\n',
        `    - local all all peer\n    pgbackrest:\n      command: pgbackrest --stanza=main '--delta' restore\n      keep_data: true\n`,
      ),
    );
  });

  it('adds a section that is missing, also without a newline at the end of the file', () => {
    const short = 'scope: main\npostgresql:\n  listen: x';
    const edited = setMappingKey(short, ['bootstrap', 'pgbackrest'], { command: 'a' });
    expect(edited).toBe(`${short}\nbootstrap:\n  pgbackrest:\n    command: a\n`);
    expect(setMappingKey('postgresql:\nscope: x\n', ['postgresql', 'a'], 'on')).toBe(
      `postgresql:\n  a: 'on'\nscope: x\n`,
    );
  });

  it('writes a mapping on one line anew, and says so only by what is in it', () => {
    const edited = setMappingKey('# top\npostgresql: { listen: x } # all\n', ['postgresql', 'a'], ['b']);
    expect(parse(edited)).toEqual({ postgresql: { listen: 'x', a: ['b'] } });
    expect(edited).toContain('# top');
  });

  it('refuses what is no YAML', () => {
    expect(() => setMappingKey('a: [\n', ['a'], 1)).toThrow();
  });

  it('comes to what setting the key in the data comes to, whatever the file', () => {
    const data = fc.dictionary(
      fc.stringMatching(/^[a-z]{1,4}$/),
      fc.oneof(
        fc.string(),
        fc.array(fc.integer()),
        fc.boolean(),
        fc.dictionary(fc.stringMatching(/^[a-z]{1,4}$/), fc.string(), { minKeys: 1 }),
      ),
      { minKeys: 1 },
    );
    fc.assert(
      fc.property(
        data,
        fc.stringMatching(/^[a-z]{1,4}$/),
        fc.constantFrom(2, 4, 6),
        (content, key, indent) => {
          const text = stringify(content, { indent, version: '1.1' });
          const value = { command: 'x y', list: ['a', 'on'] };
          const edited = setMappingKey(text, [key], value);
          expect(parse(edited, { version: '1.1' })).toEqual({ ...content, [key]: value });
        },
      ),
    );
  });
});
