import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { writeEnvironmentText } from './environment-secret.ts';
import { readEnvironmentFile } from './read-environment-file.ts';
import { looksLikeMapping, readVariableMapping } from './read-variable-mapping.ts';

function values(text: string): Record<string, string | undefined> {
  const { variables } = readEnvironmentFile(text, '.env');
  return Object.fromEntries([...variables.values()].map(({ name, value }) => [name, value]));
}

describe('an .env file', () => {
  it.each([
    ['A=1', { A: '1' }],
    ['\uFEFFA=1\r\nB=2\r\n', { A: '1', B: '2' }],
    ['export A=1\n  export   B = two words  # comment', { A: '1', B: 'two words' }],
    ['A=a#b\nB=#c\nC=', { A: 'a#b', B: '', C: '' }],
    ['A="0 2 * * 0"      # Weekly full', { A: '0 2 * * 0' }],
    [`A='$X "\\n" #'`, { A: '$X "\\n" #' }],
    ['A="a\\"b\\\\c\\n\\$d"', { A: 'a"b\\c\n$d' }],
    ['A=back\\slash\\$5', { A: 'back\\slash$5' }],
    ['A="one\ntwo"\nB=3', { A: 'one\ntwo', B: '3' }],
    ['A=1\nB=${A}2\nC="$A-$A"\nD=\'$A\'', { A: '1', B: '12', C: '1-1', D: '$A' }],
    ['A=\nB=${A:-x}${A-y}${Z-z}${A:+q}', { A: '', B: 'xz' }],
    ['A=1\nA=2', { A: '2' }],
    ['A\nexport B', { A: undefined, B: undefined }],
    ['# A=1\n\n   # B=2', {}],
  ])('%j', (text, expected) => {
    expect(values(text)).toEqual(expected);
  });

  it('names what a value refers to and the file does not have', () => {
    const { variables } = readEnvironmentFile('A=${NOWHERE}x\nB=pa$$word', '.env');
    expect(variables.get('A')).toMatchObject({ unresolved: ['NOWHERE'] });
    expect(variables.get('B')).toMatchObject({ value: 'pa$word', unresolved: [] });
  });

  it('says where things are, after values of several lines too', () => {
    const file = readEnvironmentFile('A="x\ny"\n  B=1\nnonsense here\nB=2\nC="open', '.env');
    expect(file.variables.get('B')?.position).toEqual({ file: '.env', line: 5, column: 1 });
    expect(file.overridden.map(({ position }) => position.line)).toEqual([3]);
    expect(file.unreadable.map(({ position, problem }) => `${position.line} ${problem}`)).toEqual([
      '4 has no = after its name',
      '6 has a " that is never closed',
    ]);
  });

  it('takes any text without throwing, with positions inside of it', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'AB=\'"$#{}\\ \n\r\t:-x1') }), (text) => {
        const { variables, unreadable } = readEnvironmentFile(text, '.env');
        const lines = text.split('\n').length;
        for (const { position } of [...variables.values(), ...unreadable])
          expect(position.line).toBeLessThanOrEqual(lines);
      }),
    );
  });

  it('reads back every secret that is written', () => {
    const secret = fc.string({ unit: 'grapheme-ascii', minLength: 1 }).filter((text) => text.trim() === text);
    fc.assert(
      fc.property(fc.array(secret), (secrets) => {
        const list = secrets.map((value, index) => ({
          name: `S${index}`,
          value,
          purpose: 'p',
          from: undefined,
        }));
        const read = values(writeEnvironmentText(list, 'x'));
        expect(read).toEqual(Object.fromEntries(list.map(({ name, value }) => [name, value])));
      }),
    );
  });
});

describe('a YAML file of variables', () => {
  it('is told from lines of NAME=value', () => {
    expect(looksLikeMapping('---\n# vault\nvault_a: "1"\nvault_b: x\n')).toBe(true);
    expect(looksLikeMapping('A=1\nB=x: y\n')).toBe(false);
    expect(looksLikeMapping('')).toBe(false);
  });

  it('gives texts, numbers and booleans, and names templates', () => {
    const { variables } = readVariableMapping('a: "x"\nb: 3\nc: "{{ other }}"\nd: [1]\ne:\n', 'v.yml');
    expect([...variables.keys()]).toEqual(['a', 'b', 'c', 'e']);
    expect(variables.get('b')).toMatchObject({ value: '3', position: { line: 2, column: 1 } });
    expect(variables.get('c')).toMatchObject({ unresolved: ['other'] });
  });
});
