import { expect, test } from 'vitest';
import { parseEngineVersion, type EngineVersion } from '../../../model/engine-version.ts';
import { applyEdits, editOf } from '../../apply-fixes.ts';
import { readProject } from '../../read-project.ts';
import { commentAfterValue } from './option-values.ts';

test.each([
  ['[global]\nprocess-max=4 # cores\nstart-fast=y\n', '[global]\n# cores\nprocess-max=4\nstart-fast=y\n'],
  [
    '[global]\r\nprocess-max=4 # cores\r\nstart-fast=y\r\n',
    '[global]\r\n# cores\r\nprocess-max=4\r\nstart-fast=y\r\n',
  ],
  ['[global]\nprocess-max=4 # cores', '[global]\n# cores\nprocess-max=4'],
])('a comment behind a value in %j gets a line of its own', (text, fixed) => {
  const engineVersion = parseEngineVersion('2.45') as EngineVersion;
  const project = readProject([{ file: 'pgbackrest.conf', text }], {
    engineVersion,
    fileFacts: () => undefined,
  });
  const edits = [...commentAfterValue.judge(project)].flatMap(({ fix }) => (fix ? (editOf(fix) ?? []) : []));
  expect(applyEdits(text, edits).text).toBe(fixed);
});
