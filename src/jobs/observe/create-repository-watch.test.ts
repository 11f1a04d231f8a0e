import { describe, expect, it } from 'vitest';
import { configuration, repository, stanza } from '../../../test/support/conf-parts.ts';
import { createFakeClock } from '../../../test/support/fake-clock.ts';
import type { Catalogue } from '../../model/backup-set.ts';
import { Failure } from '../../model/failure.ts';
import { createRepositoryWatch } from './create-repository-watch.ts';

const minute = 60_000;

function catalogueOf(name: string): Catalogue {
  return {
    stanza: name,
    code: 2,
    message: 'no valid backups',
    repositories: [{ key: 1, cipher: 'none', code: 2, message: 'no valid backups' }],
    databases: [],
    sets: [],
    archives: [],
    backupRunning: false,
  };
}

/** A watch over two stanzas whose looks are noted, and may be made to fail or to wait. */
function createBed() {
  const clock = createFakeClock();
  const looks: string[] = [];
  const bed = {
    clock,
    looks,
    fails: false,
    bugs: [] as unknown[],
    atOnce: 0,
    most: 0,
    current: configuration([stanza('one', [], [repository(1)]), stanza('two', [], [repository(1)])]),
    /** What a look waits for. */
    gate: Promise.resolve(),
  };
  const watch = createRepositoryWatch({
    configuration: () => bed.current,
    clock,
    random: () => 0,
    everyMs: () => 10 * minute,
    onBug: (error) => void bed.bugs.push(error),
    async readCatalogue({ name }) {
      looks.push(name);
      bed.atOnce += 1;
      bed.most = Math.max(bed.most, bed.atOnce);
      await bed.gate;
      bed.atOnce -= 1;
      if (bed.fails) throw new Failure('repository-unreachable', { operation: 'look', problem: 'no route' });
      return catalogueOf(name);
    },
  });
  return Object.assign(bed, { watch });
}

describe('a watch of repositories', () => {
  it('knows nothing before its first look, and says when it looked', async () => {
    const bed = createBed();
    await using watch = bed.watch;
    expect(watch.sightings().map(({ catalogue }) => catalogue.observedAt)).toEqual([undefined, undefined]);
    await bed.clock.advance(0);
    expect(watch.sightings()).toMatchObject([
      {
        stanza: 'one',
        catalogue: { observedAt: bed.clock.now(), value: { repositories: [{ name: 'r1', code: 2 }] } },
      },
      { stanza: 'two', catalogue: { observedAt: bed.clock.now() } },
    ]);
  });

  it('looks again at its interval, once a stanza, few at a time', async () => {
    const bed = createBed();
    await using _watch = bed.watch;
    await bed.clock.advance(0);
    await bed.clock.advance(9 * minute);
    expect(bed.looks).toEqual(['one', 'two']);
    await bed.clock.advance(minute);
    expect(bed.looks).toEqual(['one', 'two', 'one', 'two']);
    expect(bed.most).toBe(2);
  });

  it('looks at once after a job, also at one that ended during a look', async () => {
    const bed = createBed();
    await using watch = bed.watch;
    await bed.clock.advance(0);
    let open: () => void = () => {};
    bed.gate = new Promise((resolve) => (open = resolve));
    watch.refresh('two');
    await bed.clock.advance(0);
    watch.refresh('two');
    open();
    await bed.clock.advance(0);
    expect(bed.looks).toEqual(['one', 'two', 'two', 'two']);
  });

  it('keeps what was seen beside the failure of a later look, and tries again sooner', async () => {
    const bed = createBed();
    await using watch = bed.watch;
    await bed.clock.advance(0);
    const first = bed.clock.now();
    bed.fails = true;
    await bed.clock.advance(10 * minute);
    expect(watch.sightings()[0]?.catalogue).toMatchObject({
      observedAt: first,
      failure: { at: first + 10 * minute, problem: 'look: no route' },
    });
    bed.fails = false;
    await bed.clock.advance(minute);
    expect(watch.sightings()[0]?.catalogue).toMatchObject({
      observedAt: first + 11 * minute,
      failure: undefined,
    });
  });

  it('follows the configuration: a new stanza is looked at, one that is gone is not', async () => {
    const bed = createBed();
    await using watch = bed.watch;
    await bed.clock.advance(0);
    bed.current = configuration([stanza('three', [], [repository(1)])]);
    watch.refresh();
    await bed.clock.advance(0);
    await bed.clock.advance(10 * minute);
    expect(watch.sightings().map((sighting) => sighting.stanza)).toEqual(['three']);
    expect(bed.looks).toEqual(['one', 'two', 'three', 'three']);
  });

  it('ends while it sleeps and while it looks', async () => {
    const bed = createBed();
    await bed.clock.advance(0);
    await bed.watch[Symbol.asyncDispose]();
    expect(bed.clock.sleepers).toBe(0);
  });
});
