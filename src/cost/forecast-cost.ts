import type { BackupType } from '../model/backup-set.ts';
import type { ScheduleLine } from '../model/schedule-line.ts';
import { type StorePrice, unknownPrice } from '../model/store-price.ts';
import type { ScheduledEvent } from '../retention/scheduled-events.ts';
import { scheduledTimes } from '../retention/scheduled-events.ts';
import {
  simulateRetention,
  type SimulatedRetention,
  type SimulationBegin,
} from '../retention/simulate-retention.ts';
import type { SimulationRules } from '../retention/simulated-repository.ts';
import type { SizeModel } from '../retention/size-model.ts';
import type { CompressionFactor } from './compression.ts';
import type { StoreMeasures } from './measure-store.ts';
import { type MonthCost, priceReading, priceUsage, type Traffic } from './price-usage.ts';

/** What a forecast of one repository is made from. */
export interface ForecastRequest {
  readonly repository: string;
  readonly begin: SimulationBegin;
  readonly events: readonly ScheduledEvent[];
  /** Of its stanza: for drills and verifies. */
  readonly lines: readonly ScheduleLine[];
  readonly to: number;
  readonly rules: Omit<SimulationRules, 'sizes'>;
  readonly measures: StoreMeasures;
  /** What is taken from now on; undefined: as it is. */
  readonly factor: CompressionFactor | undefined;
  /** Undefined: nobody knows what it costs. */
  readonly price: StorePrice | undefined;
}

/** A restore of the newest set to the newest moment. */
export interface RestoreCost {
  readonly bytes: number;
  readonly objects: number;
  /** US dollars; undefined: no price is known. */
  readonly cost: number | undefined;
}

/** What a repository holds and costs over some months. */
export interface CostForecast {
  readonly months: readonly MonthCost[];
  /** Whether any amount of money is known. */
  readonly priced: boolean;
  readonly restore: RestoreCost;
  readonly nowBytes: number;
  readonly endBytes: number;
  readonly simulated: SimulatedRetention;
}

const day = 86_400_000;
const types: readonly BackupType[] = ['full', 'diff', 'incr'];

/** Simulates a repository with the sizes that were measured, and prices what happens in it. Pure. */
export function forecastCost(request: ForecastRequest): CostForecast {
  const { begin, events, to, rules, price } = request;
  const sizes = sizeModel(request);
  const simulated = simulateRetention(begin, events, to, { ...rules, sizes });
  const span = { from: begin.now, to };
  const restore = restoreOf(request, sizes);
  const last = simulated.usage.at(-1);
  const months = priceUsage(
    simulated.usage,
    trafficOf(request, simulated, sizes),
    price ?? unknownPrice,
    span,
  );
  const stored = last === undefined ? 0 : last.setBytes + last.walBytes;
  const first = simulated.usage[0];
  return {
    months,
    priced: price !== undefined,
    restore: {
      ...restore,
      cost: price === undefined ? undefined : priceReading(restore, stored / price.gigabyte, price),
    },
    nowBytes: begin.sets.length === 0 || first === undefined ? 0 : first.setBytes + first.walBytes,
    endBytes: stored,
    simulated,
  };
}

/** The newest set, what it is built on, and half of the WAL between two backups. */
function restoreOf(
  { measures, events, begin, to }: ForecastRequest,
  sizes: SizeModel,
): Pick<RestoreCost, 'bytes' | 'objects'> {
  const chain = types.filter((type) => events.some(({ job }) => job === type));
  const bytes =
    measures.restoreBytes ??
    chain.reduce((sum, type) => sum + sizes.setBytes({ type, at: begin.now, full: undefined }).own, 0);
  const objects = chain.reduce((sum, type) => sum + (measures.objects[type]?.value ?? 0), 0);
  const backups = events.filter(({ job }) => job !== 'expire').length;
  const halfGap = backups === 0 ? 0 : (to - begin.now) / backups / 2 / day;
  return {
    bytes: bytes + halfGap * sizes.walBytesPerDay(begin.now),
    objects: Math.ceil(objects + halfGap * (measures.walSegmentsPerDay?.value ?? 0)),
  };
}

/** Full sets grow as they did; the others and WAL stay as they are. */
function sizeModel({ measures, factor, begin }: ForecastRequest): SizeModel {
  const value = (type: BackupType): number => measures.sets[type]?.value ?? 0;
  return {
    setBytes: ({ type, at, full }) => {
      const grown = type === 'full' ? (measures.growthPerDay.value * (at - begin.now)) / day : 0;
      const own = Math.max(0, value(type) + grown) * (factor?.backup ?? 1);
      return { own, whole: own + (type === 'full' ? 0 : (full?.repositorySize ?? 0)) };
    },
    walBytesPerDay: () => (measures.walBytesPerDay?.value ?? 0) * (factor?.wal ?? 1),
  };
}

function trafficOf(request: ForecastRequest, simulated: SimulatedRetention, sizes: SizeModel): Traffic {
  const { measures, lines, repository, begin, to } = request;
  const span = { from: begin.now, to };
  const objects = (type: BackupType): number => measures.objects[type]?.value ?? 0;
  const taken = simulated.lives.filter(({ real }) => !real);
  const storedAt = (time: number): number => {
    const sample = simulated.usage.findLast(({ at }) => at <= time);
    return sample === undefined ? 0 : sample.setBytes + sample.walBytes;
  };
  const restored = (at: number): number =>
    types.reduce((sum, type) => sum + sizes.setBytes({ type, at, full: undefined }).own, 0);
  const perRestore = types.reduce((sum, type) => sum + objects(type), 0);
  return {
    writes: taken.map(({ set }) => ({ at: set.stopTime * 1000, objects: objects(set.type) })),
    reads: [
      ...scheduledTimes(lines, 'drill', repository, span).map((at) => ({
        at,
        bytes: restored(at),
        objects: perRestore,
      })),
      // `pgbackrest verify` reads every file of the repository.
      ...scheduledTimes(lines, 'verify', repository, span).map((at) => ({
        at,
        bytes: storedAt(at),
        objects: perRestore,
      })),
    ],
    segmentsPerDay: measures.walSegmentsPerDay?.value ?? 0,
    removals: [
      ...simulated.lives.flatMap(({ set, goneAt }) =>
        goneAt === undefined
          ? []
          : [{ at: goneAt, since: set.stopTime * 1000, bytes: set.repositoryDeltaSize }],
      ),
      ...simulated.walRemovals.flatMap(({ at, range }) =>
        daysOf(range).map(({ from, to: end }) => ({
          at,
          since: (from + end) / 2,
          bytes: ((end - from) / day) * sizes.walBytesPerDay(at),
        })),
      ),
    ],
  };
}

/** Pieces of a day at most: WAL of one has about one age. */
function daysOf({ from, to }: { from: number; to: number }): readonly { from: number; to: number }[] {
  const pieces: { from: number; to: number }[] = [];
  for (let begin = from; begin < to; begin += day)
    pieces.push({ from: begin, to: Math.min(to, begin + day) });
  return pieces;
}
