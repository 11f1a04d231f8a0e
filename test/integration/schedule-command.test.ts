import { chownSync, mkdirSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { scheduleLines } from '../../src/config/schedule-lines.ts';
import { parseConfiguration } from '../../src/config/load.ts';
import { openJournal } from '../../src/store/open-journal.ts';
import { runHoldfast } from '../support/holdfast.ts';
import { createSandbox, type Sandbox } from '../support/sandbox.ts';

/* The command with a journal in which a daemon has left its decisions. */
let sandbox: Sandbox;
let file: string;
const hour = 3_600_000;
const now = Math.floor(Date.now() / hour) * hour;

beforeAll(async () => {
  sandbox = await createSandbox('schedule');
  file = sandbox.file('holdfast.yaml');
  const text = `
stanzas:
  main:
    postgres: { path: ${sandbox.file('data')} }
    repositories:
      local: { type: posix, path: ${sandbox.file('local')}, retention: { full: 2 } }
      offsite: { type: posix, path: ${sandbox.file('offsite')}, retention: { full: 2 } }
    schedule:
      timezone: UTC
      full: { cron: "0 2 * * 0", repositories: [local] }
      diff: "0 2 * * *"
      drill: "0 5 * * 6"
engine: { user: ${sandbox.owner.name} }
state: { directory: ${sandbox.file('state')} }
`;
  writeFileSync(file, text);
  mkdirSync(sandbox.file('state'));
  chownSync(sandbox.file('state'), sandbox.owner.uid, sandbox.owner.gid);
  const { configuration } = parseConfiguration(text, file);
  const keys = scheduleLines(configuration ?? { stanzas: [] }).map(({ key }) => key);
  using journal = await openJournal(sandbox.file('state'), { owner: sandbox.owner, now: () => now });
  journal.schedule.know(keys, now - 200 * hour);
  const decision = { line: 'main/diff@0 2 * * * UTC', stanza: 'main', runId: undefined } as const;
  journal.schedule.record([
    {
      ...decision,
      occurrence: now - 48 * hour,
      decidedAt: now - 47 * hour,
      decision: 'skip',
      reason: 'missed',
      detail: 'nothing ran then',
    },
    {
      ...decision,
      occurrence: now - 24 * hour,
      decidedAt: now - 24 * hour,
      decision: 'run',
      reason: undefined,
      detail: 'local: done, 20260101-020000F',
    },
  ]);
});
afterAll(async () => sandbox?.[Symbol.asyncDispose]());

interface Answer {
  readonly daemon: boolean;
  readonly lines: readonly { readonly line: string; readonly last?: { readonly detail: string } }[];
  readonly next: readonly {
    readonly job: string;
    readonly startAt: string;
    readonly repositories: readonly string[];
    readonly skip?: string;
    readonly replacedBy?: string;
  }[];
  readonly skipped: readonly { readonly reason: string; readonly detail: string }[];
}

const schedule = (...args: string[]) => runHoldfast(['schedule', '--config', file, ...args]);

describe('holdfast schedule', () => {
  it('shows what comes next, what was last and what was left out, without a daemon', async () => {
    const answer = (await schedule('--json', '--count', '9')).json<Answer>();
    expect(answer.daemon).toBe(false);
    const isSunday = (time: string): boolean => new Date(time).getUTCDay() === 0;
    const diffs = answer.next.filter(
      ({ job, startAt }) => job === 'diff' && Date.parse(startAt) > Date.now(),
    );
    expect(diffs.length).toBeGreaterThan(7);
    for (const { startAt, repositories, replacedBy } of diffs) {
      expect(repositories).toEqual(isSunday(startAt) ? ['offsite'] : ['local', 'offsite']);
      if (isSunday(startAt)) expect(replacedBy).toBe('the full at the same time does it in local');
    }
    const drills = answer.next.filter(({ job }) => job === 'drill');
    expect(drills.length).toBeGreaterThan(0);
    expect(drills.map(({ skip }) => skip)).not.toContain('not-available');
    const [full, diff] = answer.lines;
    expect(full).not.toHaveProperty('last');
    expect(diff?.last).toMatchObject({ detail: 'local: done, 20260101-020000F' });
    expect(answer.skipped).toMatchObject([{ reason: 'missed', detail: 'nothing ran then' }]);
  });

  it('says to a person that nothing will run, and shows the lines that were asked for', async () => {
    const { stdout, code } = await schedule('--line', 'full');
    expect(code).toBe(0);
    expect(stdout).toContain('no daemon runs with this configuration');
    expect(stdout).toMatch(/main\/full@0 2 \* \* 0 UTC>local\s+on any; local/);
    expect(stdout).not.toContain('main/diff');
  });

  it('notes nothing: asking twice gives the same', async () => {
    const [first, second] = [await schedule('--json'), await schedule('--json')];
    expect(second.json<Answer>().next).toEqual(first.json<Answer>().next);
  });

  it('names what it does not know', async () => {
    expect(await schedule('--line', 'fulll')).toMatchObject({ code: 98 });
    expect(await schedule('--count', '0')).toMatchObject({ code: 64 });
  });
});
