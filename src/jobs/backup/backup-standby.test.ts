import { expect, it } from 'vitest';
import { node, repository, stanza } from '../../../test/support/conf-parts.ts';
import type { Stanza } from '../../config/configuration.ts';
import { parseEngineVersion, type EngineVersion } from '../../model/engine-version.ts';
import type { RunsOn } from '../../model/schedule.ts';
import { scheduleLines } from '../../config/schedule-lines.ts';
import { backupStandby } from './backup-standby.ts';

const version = (text: string): EngineVersion => parseEngineVersion(`pgBackRest ${text}`) as EngineVersion;

function standbyOf(on: RunsOn, engine = '2.60.0', more: Partial<Stanza> = {}): 'y' | 'prefer' | undefined {
  const main: Stanza = {
    ...stanza('main', [node(undefined), node('db2')], [repository(1)]),
    schedule: [{ job: 'incr', cron: '0 2 * * *', timezone: undefined, repositories: [], on }],
    ...more,
  };
  const configuration = { stanzas: [main], options: [] };
  const line = scheduleLines(configuration)[0]?.key ?? '';
  const origin = { kind: 'schedule', line, occurrence: 0 } as const;
  return backupStandby({ origin }, main, configuration, version(engine));
}

it('is asked for where a line runs on a replica, in the words of the version', () => {
  expect(standbyOf('replica')).toBe('prefer');
  expect(standbyOf('replica', '2.54.0')).toBe('prefer');
  expect(standbyOf('replica', '2.53.1')).toBe('y');
});

it('is left alone elsewhere, and where the file says it', () => {
  expect(standbyOf('leader')).toBeUndefined();
  expect(standbyOf('any')).toBeUndefined();
  expect(standbyOf('replica', '2.60.0', { nodes: [node(undefined)] })).toBeUndefined();
  const position = { file: 'holdfast.yaml', line: 1, column: 1 };
  const options = [{ name: 'backup-standby', value: 'n', command: undefined, position }];
  expect(standbyOf('replica', '2.60.0', { options })).toBeUndefined();
  const main = stanza('main', [node(undefined), node('db2')], [repository(1)]);
  const request = { origin: { kind: 'request' } } as const;
  expect(backupStandby(request, main, { stanzas: [main], options: [] }, version('2.60.0'))).toBeUndefined();
});
