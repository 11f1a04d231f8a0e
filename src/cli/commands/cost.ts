import type { Configuration, Stanza } from '../../config/configuration.ts';
import { scheduleLines } from '../../config/schedule-lines.ts';
import { applyAssumptions, type Assumptions, missingMeasures, parseAssumptions } from '../../cost/assume.ts';
import { baseScenario, type CostBase, parseScenario } from '../../cost/cost-scenario.ts';
import type { RepositoryCost } from '../../cost/describe-cost.ts';
import { documentCost } from '../../cost/document-cost.ts';
import { forecastCost } from '../../cost/forecast-cost.ts';
import { measureStore, type StoreMeasures } from '../../cost/measure-store.ts';
import { drawCost } from '../../cost/picture/draw-cost.ts';
import { renderCostPage } from '../../cost/picture/render-cost-page.ts';
import { monthMs } from '../../cost/price-usage.ts';
import { Failure } from '../../model/failure.ts';
import { backupJobs } from '../../model/schedule-line.ts';
import type { Repository } from '../../model/repository.ts';
import { providerOf } from '../../model/store-price.ts';
import { defaultSegmentSize } from '../../model/wal.ts';
import { writePicture } from '../../retention/picture/picture.ts';
import { scheduledEvents } from '../../retention/scheduled-events.ts';
import { chooseRepositories } from '../choose-repositories.ts';
import type { CommandModule } from '../command-definition.ts';
import type { CommandContext } from '../context.ts';
import { engineToModel } from '../forecast/engine-to-model.ts';
import { measureRepository } from '../forecast/measure-repository.ts';
import { emptyBegin, type KnownBegin, readBegin } from '../forecast/read-begin.ts';
import { readCount, readOrigin } from '../forecast/read-span.ts';
import { refuseUnscheduled } from '../forecast/refuse-unscheduled.ts';
import { usedCompression } from '../forecast/used-compression.ts';
import { usualDuration } from '../forecast/usual-duration.ts';
import { writePictures } from '../forecast/write-pictures.ts';
import { describeCosts } from '../output/cost-report.ts';

/** What all repositories of a forecast have in common. */
interface Wish {
  readonly configuration: Configuration;
  readonly stanza: Stanza;
  readonly to: number;
  readonly assumed: Assumptions;
  readonly whatIf: readonly string[];
}

/** `holdfast cost`. */
export const run: CommandModule['run'] = async (input, context) => {
  const configuration = await context.configuration();
  const stanza = await context.stanza();
  const repositories = chooseRepositories(stanza, input.values('repo'));
  const months = readCount(input.value('months'), 12, '--months', 120);
  const origin = readOrigin(input.value('from') ?? 'now', context.now());
  const wish: Wish = {
    configuration,
    stanza,
    to: origin.at + months * monthMs,
    assumed: parseAssumptions(input.values('assume')),
    whatIf: input.values('what-if'),
  };
  // What was typed wrongly is said before anything is looked at.
  for (const repository of repositories) parseAll(wish, repository);
  const begins = await readBegin({ stanza, repositories, origin }, context);
  const costs: RepositoryCost[] = [];
  for (const repository of repositories)
    costs.push(await costOf(wish, repository, begins.get(repository.name) ?? emptyBegin(origin.at), context));
  const written = await writePictures(input, {
    svg: () => writePicture(costs.map((one, index) => drawCost(one, `cost-${index + 1}`))),
    html: () => renderCostPage(stanza.name, costs),
  });
  return {
    data: { stanza: stanza.name, written, repositories: costs.map(documentCost) },
    text: `${describeCosts(costs)}${written.map((path) => `wrote ${path}\n`).join('')}`,
  };
};

async function costOf(
  wish: Wish,
  repository: Repository,
  begin: KnownBegin,
  context: CommandContext,
): Promise<RepositoryCost> {
  const { configuration, stanza, to, assumed } = wish;
  const engine = await engineToModel(context);
  const lines = scheduleLines(configuration).filter((line) => line.stanza === stanza.name);
  const events = scheduledEvents(lines, repository.name, { from: begin.now, to });
  refuseUnscheduled(events, repository.name, context.configFile());
  const bundle = repository.bundle ?? true;
  const seen =
    begin.sets.length === 0 && begin.archiveId === undefined
      ? measureStore([], {}, undefined, bundle)
      : await measureRepository({ stanza, repository }, begin, await context.engine(), context);
  const measures = applyAssumptions(seen, assumed, { bundle, segmentBytes: defaultSegmentSize });
  const types = backupJobs.flatMap((job) =>
    (job === 'full' || job === 'diff' || job === 'incr') && events.some((event) => event.job === job)
      ? [job]
      : [],
  );
  refuseGuessing(measures, ['full', ...types.filter((type) => type !== 'full')], repository.name);
  const scenarios = parseAll(wish, repository).map((scenario) => ({
    scenario,
    forecast: forecastCost({
      repository: repository.name,
      begin,
      events,
      lines,
      to,
      measures,
      factor: scenario.factor,
      price: scenario.price,
      rules: {
        retention: scenario.retention,
        engine: engine.version,
        expireBy: 'holdfast',
        duration: usualDuration(begin.sets),
      },
    }),
  }));
  return { repository: repository.name, measures, assumed: [...begin.assumed, ...engine.assumed], scenarios };
}

function parseAll(
  { configuration, stanza, whatIf }: Wish,
  repository: Repository,
): readonly ReturnType<typeof baseScenario>[] {
  const { retention, price, egressPrice } = repository;
  const base: CostBase = {
    retention,
    provider: providerOf(repository.access),
    ownPrice: egressPrice === undefined ? price : { egress: egressPrice, ...price },
    compression: usedCompression(configuration, stanza),
  };
  return [baseScenario(base), ...whatIf.map((text) => parseScenario(text, base))];
}

/** @throws Failure nothing-found where a size is neither measured nor assumed */
function refuseGuessing(
  measures: StoreMeasures,
  types: Parameters<typeof missingMeasures>[1],
  repository: string,
): void {
  const missing = missingMeasures(measures, types);
  if (missing.length === 0) return;
  throw new Failure('nothing-found', {
    operation: `forecast the cost of ${repository}`,
    place: repository,
    problem: `nothing tells how large these are: ${missing.join(', ')}`,
    hint: `Add --assume ${missing.map((name) => `${name}=1GiB`).join(',')} with sizes as stored (wal is of a day), or run it again when there are some.`,
  });
}
