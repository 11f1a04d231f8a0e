import { describe, expect, it } from 'vitest';
import { createHttpParts } from '../../test/support/http-parts.ts';
import { Failure } from '../model/failure.ts';
import { createApp } from './create-app.ts';
import type { HealthDocument } from '../status/describe-health.ts';

const url = (path: string): string => `http://127.0.0.1:7432${path}`;
const actor = { user: 'postgres', host: 'db1', via: 'daemon' };

describe('the routes', () => {
  it('answer /live and /ready to everybody, and say why not', async () => {
    using bed = createHttpParts({ token: 'sesame' });
    const app = createApp(bed.parts);
    expect((await app.request(url('/live'))).status).toBe(200);
    expect(await (await app.request(url('/ready'))).json()).toEqual({ ready: true, reasons: [] });
    bed.daemon = { ...bed.daemon, sinceTickMs: 60_000, journalOpen: false };
    expect((await app.request(url('/live'))).status).toBe(503);
    const ready = await app.request(url('/ready'));
    expect(ready.status).toBe(503);
    expect(await ready.json()).toMatchObject({
      ready: false,
      reasons: ['the journal is not open', 'the scheduler is stuck'],
    });
  });

  it('answer /health with the four fields of a plain health check, and the rest', async () => {
    using bed = createHttpParts();
    const answer = await createApp(bed.parts).request(url('/health'));
    expect(answer.status).toBe(200);
    const health = (await answer.json()) as HealthDocument;
    expect(health).toMatchObject({
      status: 'healthy',
      timestamp: '2026-11-20T12:00:00.000Z',
      // Of r2: its newest set is the older one.
      last_backup_age_hours: '20',
      messages: [],
    });
    expect(health.stanzas).toMatchObject([
      {
        name: 'main',
        backupAgeObjectiveSeconds: 93_600,
        repositories: [
          {
            name: 'r1',
            known: true,
            observedAt: '2026-11-20T11:59:00.000Z',
            newest: [
              { type: 'full', label: 'F1', ageSeconds: 108_000 },
              { type: 'incr', label: 'F1_I', ageSeconds: 21_600 },
            ],
            newestAgeSeconds: 21_600,
          },
          { name: 'r2', newestAgeSeconds: 72_000 },
        ],
      },
    ]);
  });

  it('answer /health with 503 when something is bad, and when it is unknown', async () => {
    using bed = createHttpParts();
    const app = createApp(bed.parts);
    const [sighting] = bed.sightings;
    if (sighting === undefined) throw new Error('the good case has one');
    const failure = { at: bed.now - 1000, problem: 'no route to host' };
    bed.sightings = [{ ...sighting, catalogue: { ...sighting.catalogue, failure } }];
    const unknown = await app.request(url('/health'));
    expect(unknown.status).toBe(503);
    expect(await unknown.json()).toMatchObject({
      status: 'unknown',
      last_backup_age_hours: null,
      stanzas: [
        {
          repositories: [
            {
              known: false,
              unknownBecause: expect.stringContaining('no route to host') as string,
              observedAt: '2026-11-20T11:59:00.000Z',
              newest: [],
              newestAgeSeconds: null,
            },
            {},
          ],
        },
      ],
    });
    bed.sightings = [
      { ...sighting, catalogue: { ...sighting.catalogue, observedAt: bed.now, value: undefined } },
    ];
    expect(await (await app.request(url('/health'))).json()).toMatchObject({ last_backup_age_hours: null });
  });

  it('tell of runs, jobs, holds and unfinished restores', async () => {
    using bed = createHttpParts();
    const { journal } = bed.parts;
    const base = { stanza: 'main', actor, facts: {}, process: undefined };
    journal.startRun({
      ...base,
      id: 'backup-1',
      kind: 'backup',
      repository: 'r1',
      cause: 'schedule main/full',
    });
    journal.finishRun('backup-1', {
      result: 'failed',
      failure: new Failure('disk-full', { operation: 'back up', problem: 'no space left' }).toJSON(),
    });
    journal.startRun({
      ...base,
      id: 'restore-1',
      kind: 'restore',
      repository: undefined,
      cause: 'holdfast restore',
    });
    bed.daemon = {
      ...bed.daemon,
      holds: [{ stanza: 'main', why: 'restore', since: bed.now }],
      jobs: [
        {
          request: {
            kind: 'verify',
            stanza: 'main',
            repository: 'r2',
            backupType: undefined,
            annotations: {},
            origin: { kind: 'request' },
            actor,
            cause: 'holdfast verify',
            timeoutMs: undefined,
            priority: 0,
          },
          state: 'waiting',
          since: bed.now,
          runId: undefined,
        },
      ],
    };
    const answer = await createApp(bed.parts).request(url('/health'));
    expect(answer.status).toBe(503);
    expect(await answer.json()).toMatchObject({
      status: 'critical',
      findings: [
        { rule: 'restore-unfinished' },
        { rule: 'last-run-failed', subject: 'stanza main, repository r1, backup' },
      ],
      daemon: { holds: [{ stanza: 'main', why: 'restore' }] },
      stanzas: [{ lastRuns: [{ run: 'backup-1', result: 'failed', problem: 'no space left' }] }],
      jobs: [{ kind: 'verify', state: 'waiting', run: null }],
      unfinishedRestores: [{ run: 'restore-1', alive: false }],
    });
  });

  it('answer HEAD like GET without a body, and nothing else', async () => {
    using bed = createHttpParts();
    const app = createApp(bed.parts);
    const head = await app.request(url('/health'), { method: 'HEAD' });
    expect([head.status, await head.text()]).toEqual([200, '']);
    const post = await app.request(url('/health'), { method: 'POST', body: 'x' });
    expect([post.status, post.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
    const body = await app.request(url('/live'), { headers: { 'content-length': '5' } });
    expect(body.status).toBe(413);
    expect((await app.request(url('/'))).status).toBe(404);
    expect((await app.request(url('/../etc/passwd'))).status).toBe(404);
  });

  it('want the token, the whole token and nothing but the token', async () => {
    using bed = createHttpParts({ token: 'sesame', listen: { host: '0.0.0.0', port: 0 } });
    const app = createApp(bed.parts);
    const statusWith = async (path: string, authorization?: string): Promise<number> =>
      (await app.request(url(path), { headers: authorization === undefined ? {} : { authorization } }))
        .status;
    for (const path of ['/health', '/metrics']) {
      for (const wrong of [
        undefined,
        '',
        'Bearer',
        'Bearer ',
        'Bearer sesam',
        'Bearer sesame2',
        'Basic sesame',
        'sesame',
      ]) {
        expect([path, wrong, await statusWith(path, wrong)]).toEqual([path, wrong, 401]);
      }
      expect(await statusWith(path, 'Bearer sesame')).toBe(200);
      expect(await statusWith(path, 'bearer sesame')).toBe(200);
    }
  });

  it('answer nobody without a token who comes under another name', async () => {
    using bed = createHttpParts();
    const app = createApp(bed.parts);
    const statusFor = async (host: string): Promise<number> =>
      (await app.request(url('/health'), { headers: { host } })).status;
    for (const host of ['localhost', 'localhost:7432', '127.0.0.1:7432', '[::1]:7432']) {
      expect([host, await statusFor(host)]).toEqual([host, 200]);
    }
    for (const host of ['evil.example', 'localhost.evil.example:7432', '10.0.0.1', '127.0.0.1.nip.io']) {
      expect([host, await statusFor(host)]).toEqual([host, 421]);
    }
  });

  it('say a failure in its words, and nothing of a bug but that there is one', async () => {
    using bed = createHttpParts();
    const failing = (error: Error) =>
      createApp({
        ...bed.parts,
        configuration: () => {
          throw error;
        },
      });
    const failure = new Failure('journal-damaged', {
      operation: 'read the journal',
      problem: 'not a database',
    });
    const told = await failing(failure).request(url('/health'));
    expect(told.status).toBe(503);
    expect(await told.json()).toMatchObject({
      status: 'unknown',
      messages: ['read the journal: not a database'],
    });
    const bug = new Error('secret at line 5');
    const hidden = await failing(bug).request(url('/health'));
    expect(hidden.status).toBe(500);
    expect(await hidden.text()).not.toMatch(/secret|create-app|at /);
    expect(bed.bugs).toEqual([bug]);
  });
});
