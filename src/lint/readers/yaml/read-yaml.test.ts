import * as fc from 'fast-check';
import { stringify } from 'yaml';
import { expect, test } from 'vitest';
import type { YamlValue } from '../../facts.ts';
import { LintDocument } from '../../lint-document.ts';
import { readYaml } from './read-yaml.ts';
import { yamlAt, yamlLine, yamlText } from './yaml-path.ts';

function read(text: string): YamlValue | undefined {
  return readYaml(new LintDocument('x.yml', { kind: 'unknown', text })).values[0];
}

/** What was read, as plain data. */
function plain(value: YamlValue | undefined): unknown {
  if (value?.kind === 'map')
    return Object.fromEntries(value.entries.map((entry) => [entry.key.value, plain(entry.value)]));
  if (value?.kind === 'list') return value.items.map(plain);
  return value?.value;
}

test('reads values with their places', () => {
  const text = 'a: 1\nb: { c: "x y", d: [on, 2] }\n';
  const value = read(text);
  expect(plain(value)).toEqual({ a: 1, b: { c: 'x y', d: ['on', 2] } });
  const c = yamlText(yamlAt(value, 'b', 'c'));
  expect(text.slice(c?.start, c?.end)).toBe('x y');
  expect(yamlText(yamlAt(value, 'b', 'd', 1))?.value).toBe('2');
  expect(yamlAt(value, 'b', 'd', 7)).toBeUndefined();
});

test('leaves placeholders of templates standing', () => {
  const value = read(
    [
      '{{- if .Values.backup }}',
      'stanza: {{ x["y"] }}',
      '{% for host in groups["pg"] %}',
      'path: "{{ a }}/b"',
      '{% endfor %}',
      'list: [ ${A:-{}, "b" ]',
      'hash: a#{{ b }}',
      'script: |',
      '  {% if x %}',
      '  echo {{ y }}',
      '  {% endif %}',
      '{% else %}   # of if',
      'folded: "{{',
      '  a',
      '}}"',
      'other: [ {{ a',
      '  }} ]',
      '# {{ over',
      '# lines }}',
      '{{- end }}',
      '',
    ].join('\n'),
  );
  expect(plain(value)).toMatchObject({
    stanza: '{{ x["y"] }}',
    path: '{{ a }}/b',
    hash: 'a#{{ b }}',
    other: ['{{ a\n  }}'],
    folded: '{{\n  a\n}}',
    script: '{% if x %}\necho {{ y }}\n{% endif %}\n',
  });
  expect(yamlText(yamlAt(value, 'stanza'))?.unknown).toBe(true);
});

test('resolves aliases and merge keys; own keys win', () => {
  const value = read(
    'base: &base { a: 1, b: 2 }\nnext: &next { c: 3 }\nuse:\n  <<: [*base, *next]\n  b: 9\nagain: *base\n',
  );
  expect(plain(yamlAt(value, 'use'))).toEqual({ b: 9, a: 1, c: 3 });
  expect(plain(yamlAt(value, 'again'))).toEqual({ a: 1, b: 2 });
});

test('reads several documents and what can be read of a broken one', () => {
  const document = new LintDocument('x.yml', { kind: 'unknown', text: 'a: 1\n---\nb: 2\n---\nc: "open\n' });
  const { values, unreadable } = readYaml(document);
  expect(values.slice(0, 2).map(plain)).toEqual([{ a: 1 }, { b: 2 }]);
  expect(unreadable).toHaveLength(1);
  expect(document.positionOf(unreadable[0]?.place.start ?? 0).line).toBeGreaterThanOrEqual(5);
});

test('aliases cannot multiply without end', () => {
  const levels = Array.from({ length: 12 }, (_, level) =>
    level === 0
      ? 'a0: &a0 [x, x, x, x, x, x, x, x]'
      : `a${level}: &a${level} [${`*a${level - 1}, `.repeat(8)}]`,
  );
  expect(() => read(levels.join('\n'))).not.toThrow();
  expect(() => read('a: &a [*a]\nb: &b { <<: *b }\n')).not.toThrow();
});

test('the line of an entry is what goes with it', () => {
  const text = 'a:\n  - x: 1\n    y: |\n      long\n  - word\nb: { c: 1, d: "2" } # why\n';
  const value = read(text);
  const cut = (start: number | undefined, found: YamlValue | undefined) => {
    const line = yamlLine(start ?? 0, found as YamlValue);
    return text.slice(line.start, line.end);
  };
  const y = yamlAt(value, 'a', 0, 'y');
  expect(cut(text.indexOf('y:'), y)).toBe('    y: |\n      long\n');
  expect(cut(text.indexOf('x:'), yamlAt(value, 'a', 0, 'x'))).toBe('x: 1');
  expect(cut(text.indexOf('word'), yamlAt(value, 'a', 1))).toBe('  - word\n');
  expect(cut(text.indexOf('b:'), yamlAt(value, 'b'))).toBe('b: { c: 1, d: "2" } # why\n');
  expect(cut(text.indexOf('c:'), yamlAt(value, 'b', 'c'))).toBe('c: 1, ');
  expect(cut(text.indexOf('d:'), yamlAt(value, 'b', 'd'))).toBe(', d: "2"');
});

test('a template that never closes does not take the next one along', () => {
  const data = { a: '{{', b: ['{{ x }}'] };
  expect(plain(read(stringify(data)))).toEqual(data);
});

test('reads whatever can be written', () => {
  const leaf = fc.oneof(
    // What opens a template and does not close it would swallow what follows, in any reader of templates.
    fc.string().filter((text) => !/\{[{%#]|\$\{/.test(text)),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.constantFrom('a\nb\n', "it's", '{{ x }}'),
  );
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof(
      { depthSize: 'small' },
      leaf,
      fc.array(tie('tree'), { maxLength: 4 }),
      fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), tie('tree'), { maxKeys: 4 }),
    ),
  }));
  fc.assert(
    fc.property(
      fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), tree, { minKeys: 1, maxKeys: 4 }),
      (data) => {
        expect(plain(read(stringify(data)))).toEqual(JSON.parse(JSON.stringify(data)));
      },
    ),
    { numRuns: 200 },
  );
});
