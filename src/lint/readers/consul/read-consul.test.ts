import { expect, test } from 'vitest';
import { describeFacts, readSources } from '../../../../test/support/describe-facts.ts';

test('reads the commands of checks', () => {
  const text =
    '{\n\t"service": {\n\t\t"name": "x",\n\t\t"port": 1,\n\t\t"checks": [\n' +
    '\t\t\t{ "script": "pgbackrest --stanza=a check", "interval": "1h" },\n' +
    '\t\t\t{ "args": ["sh", "-c", "pgbackrest info | grep ok"], "interval": "1h" }\n\t\t]\n\t}\n}\n';
  expect(describeFacts(readSources({ file: 'x.json', text }))).toEqual({
    documents: ['1:1 consul'],
    commands: ['6:17 task pgbackrest --stanza=a check', '7:16 task pgbackrest info ; grep ok'],
  });
});
