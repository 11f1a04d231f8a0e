import { describe, expect, it } from 'vitest';
import { parseYaml } from './parse.ts';

function rulesOf(text: string): string[] {
  return parseYaml(text, '/f').problems.map(
    ({ rule, position }) => `${rule} ${position.line}:${position.column}`,
  );
}

describe('parseYaml', () => {
  it('knows the position of every key and value', () => {
    const { tree } = parseYaml('a:\n  b: [1, x: y]\n', '/f');
    expect(tree?.positionOf(['a', 'b'], 'key')).toEqual({ file: '/f', line: 2, column: 3 });
    expect(tree?.positionOf(['a', 'b', 1, 'x'], 'value')).toEqual({ file: '/f', line: 2, column: 13 });
    expect(tree?.positionOf(['a', 'missing', 'deep'], 'value')).toEqual({ file: '/f', line: 1, column: 1 });
  });

  it('resolves anchors and merge keys; own keys come first', () => {
    const { tree, problems } = parseYaml('base: &b { x: 1, y: 2 }\none: { <<: *b, y: 3 }\ntwo: *b\n', '/f');
    expect(problems).toEqual([]);
    expect(tree?.root).toEqual({ base: { x: 1, y: 2 }, one: { x: 1, y: 3 }, two: { x: 1, y: 2 } });
  });

  it('merges a list of mappings, the earlier first', () => {
    const { tree } = parseYaml('a: &a { x: 1 }\nb: &b { x: 2, y: 2 }\nc: { <<: [*a, *b] }\n', '/f');
    expect(tree?.valueAt(['c'])).toEqual({ x: 1, y: 2 });
  });

  it('takes references without quotes, also in flow mappings', () => {
    const { tree } = parseYaml('a: { b: ${NAME}, c: "${OTHER}" } # ${COMMENT}\nd: ${THIRD}\n', '/f');
    expect(tree?.root).toEqual({ a: { b: '${NAME}', c: '${OTHER}' }, d: '${THIRD}' });
    expect(tree?.positionOf(['a', 'c'], 'key').column).toBe(18);
  });

  it('names what is wrong and where', () => {
    expect(rulesOf('a: 1\na: 2\n')).toEqual(['duplicate-key 2:1']);
    expect(rulesOf('a: [1\n')).toEqual(['bad-yaml 2:1']);
    expect(rulesOf('a: *x\n')).toEqual(['bad-yaml 1:4']);
    expect(rulesOf('a: 1\n---\nb: 2\n')).toEqual(['bad-yaml 2:1']);
    expect(rulesOf('? { b: 1 }\n: 2\n')).toEqual(['unusable-key 1:3']);
    expect(rulesOf('__proto__: { a: 1 }\n')).toEqual(['unusable-key 1:1']);
    expect(rulesOf('a: !!binary aGVsbG8=\n')).toEqual(['unusable-value 1:13']);
    expect(rulesOf('a: !secret x\n')).toEqual(['bad-yaml 1:4']);
    expect(rulesOf('a: { <<: 1 }\n')).toEqual(['bad-yaml 1:6']);
  });

  it('goes on after a key that stands twice', () => {
    expect(parseYaml('a: 1\na: 2\nb: 3\n', '/f').tree?.root).toEqual({ a: 1, b: 3 });
  });

  it('refuses what would grow without end', () => {
    const bomb = (item: (name: string) => string): string =>
      [
        'a: &a { x: 1 }',
        ...[...'bcdefghij'].map((name, index) => `${name}: &${name} ${item('abcdefghi'[index] ?? '')}`),
      ].join('\n');
    expect(rulesOf(bomb((name) => `[${`*${name},`.repeat(9)}]`))).toEqual(['too-complex 2:17']);
    expect(
      rulesOf(bomb((name) => `{ <<: [${`*${name},`.repeat(9)}] }`)).some((rule) =>
        rule.startsWith('too-complex'),
      ),
    ).toBe(true);
    expect(rulesOf('a: &a [*a]\n')).toEqual(['too-complex 1:7']);
    expect(rulesOf('a: &a { <<: *a }\n')).toEqual(['bad-yaml 1:9']);
    expect(rulesOf('['.repeat(200) + ']'.repeat(200))).toEqual(['too-complex 1:42']);
    expect(rulesOf('['.repeat(100_000))[0]).toMatch(/^too-complex 1:/);
    expect(rulesOf('- '.repeat(50_000))[0]).toMatch(/^too-complex 1:/);
    expect(rulesOf(`a: ${'x'.repeat(1024 * 1024)}`)).toEqual(['too-complex 1:1']);
  });
});
