import { expect, test } from 'vitest';
import { describeFacts, readSources } from '../../../../test/support/describe-facts.ts';

test('reads schedules with their zones, and the objective', () => {
  const text = [
    'stanzas:',
    '  main:',
    '    schedule:',
    '      timezone: Europe/Berlin',
    '      full: "0 2 * * 0"',
    '      diff: { cron: "0 2 * * 1-6", timezone: UTC }',
    '      check: ["5 * * * *", "35 * * * *"]',
    '    objectives: { rpo: 5m, rto: 30m }',
    '',
  ].join('\n');
  expect(describeFacts(readSources({ file: 'holdfast.yaml', text }))).toEqual({
    documents: ['1:1 holdfast'],
    schedules: [
      '5:13 main full (0 2 * * 0) Europe/Berlin full',
      '6:13 main diff (0 2 * * 1-6) UTC diff',
      '7:15 main check (5 * * * *) Europe/Berlin',
      '7:28 main check (35 * * * *) Europe/Berlin',
    ],
    claims: ['8:24 rpo 300'],
  });
});
