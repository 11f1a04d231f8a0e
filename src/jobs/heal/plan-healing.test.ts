import { describe, expect, it } from 'vitest';
import { node, repository, stanza } from '../../../test/support/conf-parts.ts';
import { describeLoss, type Incident } from '../../model/incident.ts';
import type { SelfHealing } from '../../model/self-healing.ts';
import type { Hole, WindowEdge } from '../../model/window.ts';
import type { ArchiveObservation } from '../../status/archive-observation.ts';
import type { PrimaryObservation } from '../../status/primary-observation.ts';
import { planHealing, type HealingInput, type HealingPlan } from './plan-healing.ts';

const minute = 60_000;
const start = Date.UTC(2026, 10, 20, 12);

const edge = (segment: string | undefined, time: number | undefined): WindowEdge => ({
  lsn: undefined,
  timeline: 1,
  segment,
  time,
  timeFrom: time === undefined ? undefined : 'heartbeat',
  storedAt: time,
});
const segment = (number: number): string => `0000000100000000${String(number).padStart(8, '0')}`;
const hole = (change: Partial<Hole> = {}): Hole => ({
  timeline: 1,
  first: segment(5),
  last: segment(6),
  segments: 2,
  lostFrom: edge(segment(4), start - minute),
  lostTo: undefined,
  why: 'lost',
  ...change,
});

interface World {
  readonly at: number;
  readonly holes: readonly Hole[];
  readonly observedAt?: number;
  readonly healing?: Partial<SelfHealing>;
  readonly change?: Partial<HealingInput['seen']>;
  readonly archive?: Partial<ArchiveObservation>;
  readonly local?: boolean;
  readonly blackout?: boolean;
}

/** A stanza whose archive is looked at, with what was planned before. */
class Story {
  plan: HealingPlan = { firstSeen: new Map(), began: [], closed: [], changed: [], heal: [] };
  incidents: readonly Incident[] = [];

  look(world: World): HealingPlan {
    const { at, holes, observedAt = at, healing, change, archive, local = true, blackout = false } = world;
    const main = {
      ...stanza('main', [node(undefined)], [repository(1)]),
      selfHealing: { holes: 'diff' as const, after: 180, inBlackouts: false, ...healing },
      blackouts: blackout
        ? [{ cron: '0 12 * * *', timezone: 'UTC', duration: 3600, missed: 'run' as const }]
        : [],
    };
    const sighting = { observedAt, staleAfterMs: 60 * minute, failure: undefined };
    const windows = {
      claimed: undefined,
      contiguous: [{ set: 'F', from: edge(segment(1), 1), to: edge(segment(4), 2) }],
      holes,
      proven: [],
      unusable: [],
    };
    const value = { oldestLookAt: observedAt, windows, ...archive } as unknown as ArchiveObservation;
    const primary = { host: local ? undefined : 'db2' } as unknown as PrimaryObservation;
    const daemon = { jobs: [], holds: [], stopping: false } as unknown as HealingInput['seen']['daemon'];
    this.plan = planHealing({
      stanzas: [main],
      seen: {
        archives: [{ stanza: 'main', repository: 'r1', archive: { ...sighting, value } }],
        primaries: [{ stanza: 'main', primary: { ...sighting, observedAt: at, value: primary } }],
        daemon,
        unfinished: [],
        ...change,
      },
      firstSeen: this.plan.firstSeen,
      incidents: this.incidents,
      recheckMs: 24 * 60 * minute,
      now: at,
    });
    const { began, changed, closed } = this.plan;
    const byId = new Map([...this.incidents, ...began, ...changed, ...closed].map((one) => [one.id, one]));
    this.incidents = [...byId.values()];
    return this.plan;
  }

  /** Seen, and seen again when it counts. */
  confirm(world: Partial<World> = {}): HealingPlan {
    this.look({ at: start, holes: [hole()], ...world });
    return this.look({ at: start + 3 * minute, holes: [hole()], ...world });
  }
}

describe('planHealing', () => {
  it('confirms a hole by looks that lie far enough apart, and takes a backup', () => {
    const story = new Story();
    expect(story.look({ at: start, holes: [hole()] })).toMatchObject({ began: [], heal: [] });
    expect(story.look({ at: start + 2 * minute, holes: [hole()] }).began).toEqual([]);
    // The same look again is none.
    expect(
      story.look({ at: start + 9 * minute, observedAt: start + 2 * minute, holes: [hole()] }).began,
    ).toEqual([]);
    const plan = story.look({ at: start + 10 * minute, holes: [hole()] });
    expect(plan.began).toMatchObject([
      { beganAt: start, first: segment(5), lostFrom: { time: start - minute } },
    ]);
    expect(plan.heal).toMatchObject([{ type: 'diff', incident: { id: plan.began[0]?.id } }]);
  });

  it('does not confirm what was filled meanwhile, or whose part of the archive was not listed again', () => {
    const story = new Story();
    story.look({ at: start, holes: [hole()] });
    story.look({ at: start + minute, holes: [] });
    expect(story.look({ at: start + 3 * minute, holes: [hole()] }).began).toEqual([]);
    const old = hole({ lostFrom: { ...edge(segment(4), start), storedAt: start - 30 * 24 * 60 * minute } });
    const stale = new Story();
    stale.look({ at: start, holes: [old] });
    const archive = { oldestLookAt: start - minute };
    expect(stale.look({ at: start + 9 * minute, holes: [old], archive }).began).toEqual([]);
    expect(stale.look({ at: start + 10 * minute, holes: [old] }).began).toHaveLength(1);
  });

  it('says nothing where WAL was expired, or the archive cannot be believed', () => {
    expect(new Story().confirm({ holes: [hole({ why: 'expired' })] }).began).toEqual([]);
    const story = new Story();
    story.confirm();
    const plan = story.look({ at: start + 9 * 60 * minute, observedAt: start, holes: [] });
    expect(plan).toMatchObject({ closed: [], heal: [] });
    expect(plan.firstSeen.size).toBe(1);
  });

  it('closes with the exact interval: healed by its own backup, or by another', () => {
    for (const [set, why] of [
      ['D2', 'healed'],
      ['F9', 'backup'],
    ] as const) {
      const story = new Story();
      story.confirm();
      const attempt = {
        at: start,
        type: 'diff',
        result: 'ok',
        runId: 'r',
        set: 'D2',
        detail: undefined,
      } as const;
      story.incidents = story.incidents.map((one) => ({ ...one, attempts: [attempt] }));
      const behind = hole({ lostTo: { set, time: start + 5 * minute } });
      const { closed, heal } = story.look({ at: start + 6 * minute, holes: [behind] });
      expect(closed).toMatchObject([
        { closed: { why, set, lostTo: start + 5 * minute, at: start + 6 * minute } },
      ]);
      expect(heal).toEqual([]);
      expect(describeLoss(closed[0] as Incident)).toBe(
        `what was committed after 2026-11-20T11:59:00.000Z and before 2026-11-20T12:05:00.000Z, the end of set ${set}, cannot be restored to a moment between`,
      );
      // It is over once.
      expect(story.look({ at: start + 20 * minute, holes: [behind] })).toMatchObject({
        began: [],
        closed: [],
      });
    }
  });

  it('closes when the WAL came after all, or when it was expired', () => {
    const arrived = new Story();
    arrived.confirm();
    const whole = { contiguous: [{ set: 'F', from: edge(segment(1), 1), to: edge(segment(9), 2) }] };
    const windows = { claimed: undefined, holes: [], proven: [], unusable: [], ...whole };
    const came = arrived.look({ at: start + 9 * minute, holes: [], archive: { windows } });
    expect(came.closed).toMatchObject([{ closed: { why: 'arrived' } }]);
    const gone = new Story();
    gone.confirm();
    const later = {
      ...windows,
      contiguous: [{ set: 'G', from: edge(segment(8), 3), to: edge(segment(9), 4) }],
    };
    expect(
      gone.look({ at: start + 9 * minute, holes: [], archive: { windows: later } }).closed,
    ).toMatchObject([{ closed: { why: 'expired' } }]);
    const cut = new Story();
    cut.confirm();
    expect(cut.look({ at: start + 9 * minute, holes: [hole({ why: 'expired' })] }).closed).toMatchObject([
      { closed: { why: 'expired' } },
    ]);
  });

  it('stays open while a look can not tell whether the WAL may still come', () => {
    const story = new Story();
    story.confirm();
    expect(story.look({ at: start + 5 * minute, holes: [] })).toMatchObject({ closed: [], changed: [] });
  });

  it('keeps one incident while the hole grows or is filled in part', () => {
    const story = new Story();
    const [incident] = story.confirm().began;
    const plan = story.look({
      at: start + 5 * minute,
      holes: [hole({ first: segment(6), last: segment(8), segments: 3 })],
    });
    expect(plan).toMatchObject({ began: [], closed: [], changed: [{ id: incident?.id, segments: 3 }] });
  });

  it('takes no backup where it is off, in a blackout, on another host, or while something is under way', () => {
    const backup = { request: { stanza: 'main', kind: 'backup' } };
    const daemon = (more: object): Partial<HealingInput['seen']> => ({
      daemon: { jobs: [], holds: [], stopping: false, ...more } as unknown as HealingInput['seen']['daemon'],
    });
    const cases: readonly Partial<World>[] = [
      { healing: { holes: 'off' } },
      { blackout: true },
      { local: false },
      { change: daemon({ jobs: [backup] }) },
      { change: daemon({ holds: [{ stanza: 'main', why: 'a restore', since: 0 }] }) },
      { change: daemon({ stopping: true }) },
      { change: { unfinished: [{ stanza: 'main' }] as unknown as HealingInput['seen']['unfinished'] } },
      { change: { primaries: [] } },
    ];
    for (const change of cases) {
      const plan = new Story().confirm(change);
      expect(plan.began).toHaveLength(1);
      expect(plan.heal).toEqual([]);
    }
    expect(new Story().confirm({ blackout: true, healing: { inBlackouts: true } }).heal).toHaveLength(1);
  });

  it('waits longer after each attempt', () => {
    const story = new Story();
    story.confirm();
    const attempt = (at: number) =>
      ({ at, type: 'diff', result: 'failed', runId: undefined, set: undefined, detail: 'x' }) as const;
    const heals = (minutes: number, ...attempts: number[]): number => {
      story.incidents = story.incidents.map((one) => ({
        ...one,
        attempts: attempts.map((at) => attempt(at)),
      }));
      return story.look({ at: start + minutes * minute, holes: [hole()] }).heal.length;
    };
    expect(heals(9, start)).toBe(0);
    expect(heals(10, start)).toBe(1);
    expect(heals(29, start, start + 10 * minute)).toBe(0);
    expect(heals(30, start, start + 10 * minute)).toBe(1);
  });
});
