import { dirname } from 'node:path';
import { expect, it } from 'vitest';
import { createHttpParts } from '../../../test/support/http-parts.ts';
import { findingPlace } from '../../model/finding.ts';
import { identifyProcess } from '../../process/process-identity.ts';
import { openJournal } from '../../store/open-journal.ts';
import { assess } from '../../status/assess.ts';
import type { Journal, NewRun, RunEnd } from '../../store/journal.ts';

import { scheduleLines } from '../../config/schedule-lines.ts';
import { createPastReader, readPast } from './read-past.ts';

const actor = { user: 'postgres', host: 'db1', via: 'daemon' };

function newRun(id: string, change: Partial<NewRun> = {}): NewRun {
  const place = { kind: 'backup', stanza: 'main', repository: 'r1' } as const;
  return { id, ...place, actor, cause: 'x', facts: {}, process: undefined, ...change };
}

/** How often the last runs were asked for. */
function counting(journal: Journal): { readonly journal: Journal; readonly asked: () => number } {
  let asked = 0;
  const lastRun: Journal['lastRun'] = (of) => {
    asked += 1;
    return journal.lastRun(of);
  };
  const counted = new Proxy(journal, {
    get(target, key) {
      if (key === 'lastRun') return lastRun;
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
  return { journal: counted, asked: () => asked };
}

it('is not read again for samples, findings and signs of life', () => {
  using bed = createHttpParts();
  const { journal, asked } = counting(bed.parts.journal);
  const read = createPastReader();
  const configuration = bed.parts.configuration();
  const lines = scheduleLines(configuration);
  journal.startRun(newRun('backup-1'));
  const first = read(configuration, journal, lines);
  const before = asked();
  journal.samples.note('main', 1, { wal: 1 });
  journal.beat('backup-1', { bytesDone: 1, bytesTotal: 2 });
  journal.wal.updateArchive('x', { lookedAt: 1, histories: [], seen: [], gone: [] });
  expect(read(configuration, journal, lines)).toEqual(first);
  expect(asked()).toBe(before);
});

it('is read again when this process, or another one, writes what it is made of', () => {
  using bed = createHttpParts();
  const { journal } = bed.parts;
  const read = createPastReader();
  const configuration = bed.parts.configuration();
  const lines = scheduleLines(configuration);
  const compare = () => {
    const past = read(configuration, journal, lines);
    expect(past).toEqual(readPast(configuration, journal, lines));
    return past.lastRuns.map(({ id, result }) => [id, result]);
  };
  expect(compare()).toEqual([]);
  journal.startRun(newRun('backup-1'));
  journal.finishRun('backup-1', { result: 'ok' });
  expect(compare()).toEqual([['backup-1', 'ok']]);
  using other = openJournal(dirname(journal.file), { owner: undefined, now: () => bed.now + 1 });
  other.startRun(newRun('backup-2'));
  other.finishRun('backup-2', { result: 'failed' });
  expect(compare()).toEqual([['backup-2', 'failed']]);
  journal.finishRun('backup-2', { result: 'ok' });
  expect(compare()).toEqual([['backup-2', 'ok']]);
});

it('has what the last check found, until another one has looked', () => {
  using bed = createHttpParts();
  const { journal } = bed.parts;
  const configuration = bed.parts.configuration();
  const name = configuration.stanzas[0]?.name ?? '';
  const finding = {
    rule: 'archive-not-arriving',
    severity: 'critical',
    ...findingPlace(name, 'r1'),
    problem: 'p',
    evidence: 'e',
    remedy: 'r',
  };
  const check = (id: string, end: RunEnd): readonly string[] => {
    journal.startRun(newRun(id, { kind: 'check', stanza: name, repository: undefined }));
    journal.finishRun(id, end);
    const { checked, lastRuns, lines, unfinished } = readPast(configuration, journal, []);
    const past = { checked, lastRuns, lines, unfinished };
    return assess(configuration, past, bed.now).map(({ rule, severity }) => `${severity} ${rule}`);
  };
  const gone = { ...finding, ...findingPlace(name, 'no-longer-configured') };
  const ofStanza = { ...finding, rule: 'archive-command-foreign', ...findingPlace(name) };
  expect(check('check-1', { result: 'ok', facts: { findings: [finding, gone, ofStanza] } })).toEqual([
    'critical archive-not-arriving',
    'critical archive-command-foreign',
  ]);
  expect(check('check-2', { result: 'interrupted' })).toHaveLength(2);
  expect(check('check-3', { result: 'failed' })).toContain('warning last-run-failed');
  expect(check('check-4', { result: 'failed' })).toContain('critical archive-not-arriving');
  expect(check('check-5', { result: 'ok', facts: { findings: [] } })).toEqual([]);
});

it('is read again for another configuration, and says each time whether a process lives', () => {
  using bed = createHttpParts();
  const { journal } = bed.parts;
  const read = createPastReader();
  const configuration = bed.parts.configuration();
  const entry = { job: 'full', cron: '0 2 * * *', timezone: undefined, repositories: [] } as const;
  const [main] = configuration.stanzas;
  if (main === undefined) throw new Error('the bed has a stanza');
  const lines = scheduleLines({ stanzas: [{ ...main, schedule: [entry] }] });
  const line = lines[0]?.key ?? '';
  journal.startRun(newRun('backup-1', { process: identifyProcess(process.pid) }));
  journal.schedule.know([line], 0);
  journal.schedule.record([
    {
      line,
      stanza: 'main',
      occurrence: 1,
      decidedAt: bed.now,
      decision: 'run',
      reason: undefined,
      detail: undefined,
      runId: 'backup-1',
    },
  ]);
  expect(read(configuration, journal, []).lines).toEqual([]);
  expect(read(configuration, journal, lines).lines).toMatchObject([{ run: { alive: true } }]);
  journal.updateRun('backup-1', { process: { pid: process.pid, startTicks: 1 } });
  expect(read(configuration, journal, lines).lines).toMatchObject([{ run: { alive: false } }]);
});
