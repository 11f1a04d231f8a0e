import * as fc from 'fast-check';
import { Document, Scalar } from 'yaml';
import { expect, test } from 'vitest';
import type { YamlValue } from '../../facts.ts';
import { LintDocument } from '../../lint-document.ts';
import { embedScalar } from './embed-scalar.ts';
import { readYaml } from './read-yaml.ts';
import { yamlAt } from './yaml-path.ts';

function embed(text: string, ...path: string[]): LintDocument {
  const container = new LintDocument('x.yml', { kind: 'unknown', text });
  const value = yamlAt(readYaml(container).values[0], ...path) as YamlValue & { kind: 'scalar' };
  return embedScalar(value, 'shell');
}

/** Line and column of a word of the embedded text. */
function positionOf(document: LintDocument, word: string): string {
  const { line, column } = document.positionOf(document.text.indexOf(word));
  return `${line}:${column}`;
}

test.each([
  ['a:\n  b: |\n    one\n\n      two three\n    four\n', '6:5'],
  ['a:\n  b: |2-\n      one\n    four', '4:5'],
  ['a:\r\n  b: |\r\n    one\r\n    four\r\n', '4:5'],
  ['a:\n  b: >-\n    one\n    two\n\n    four\n', '6:5'],
  ['a:\n  b: one two\n    four\n', '3:5'],
  ["a:\n  b: 'it''s ''one'' four'\n", '2:21'],
  ['a:\n  b: "\\"one\\"\\ttwo\\u0041\\n\\\n     four"\n', '3:6'],
  ['a:\n  b: "x\n\n    four"\n', '4:5'],
])('each word of %j is found where it stands', (text, expected) => {
  const document = embed(text, 'a', 'b');
  expect(document.text).toContain('four');
  expect(positionOf(document, 'four')).toBe(expected);
});

const styles = ['BLOCK_LITERAL', 'BLOCK_FOLDED', 'QUOTE_DOUBLE', 'QUOTE_SINGLE', 'PLAIN'] as const;

test('letters stand where the file has them, in every style', () => {
  const word = fc.stringMatching(/^[a-z]{1,12}$/);
  const gap = fc.constantFrom(' ', '\n', '  ', '\n\n', ' \n', "'", '"', '\\', '\t', ': ', ' # ', 'é');
  const content = fc.array(fc.tuple(word, gap), { minLength: 1, maxLength: 30 });
  fc.assert(
    fc.property(content, fc.constantFrom(...styles), (parts, style) => {
      const scalar = new Scalar(parts.flat().join(''));
      scalar.type = style;
      const text = new Document({ first: [], nested: { value: scalar } }).toString({ lineWidth: 40 });
      const document = embed(text, 'nested', 'value');
      expect(document.text).toBe(scalar.value);
      for (let at = 0; at < document.text.length; at += 1) {
        const character = document.text.charAt(at);
        if (/[a-zé]/.test(character)) expect(text.charAt(document.fileOffset(at))).toBe(character);
      }
    }),
    { numRuns: 300 },
  );
});
