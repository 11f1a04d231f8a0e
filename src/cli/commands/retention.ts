import { scheduleLines } from '../../config/schedule-lines.ts';
import { documentRetention, type RepositoryRetention } from '../../retention/document-retention.ts';
import { applyPolicy, splitPolicy } from '../../retention/parse-policy.ts';
import { drawRetention } from '../../retention/picture/draw-retention.ts';
import { writePicture } from '../../retention/picture/picture.ts';
import { renderRetentionPage } from '../../retention/picture/render-retention-page.ts';
import { scheduledEvents } from '../../retention/scheduled-events.ts';
import { simulateRetention } from '../../retention/simulate-retention.ts';
import { noSizes } from '../../retention/size-model.ts';
import { chooseRepositories } from '../choose-repositories.ts';
import type { CommandModule } from '../command-definition.ts';
import { engineToModel } from '../forecast/engine-to-model.ts';
import { emptyBegin, readBegin } from '../forecast/read-begin.ts';
import { readCount, readOrigin } from '../forecast/read-span.ts';
import { refuseUnscheduled } from '../forecast/refuse-unscheduled.ts';
import { usualDuration } from '../forecast/usual-duration.ts';
import { writePictures } from '../forecast/write-pictures.ts';
import { describeRetentions } from '../output/retention-report.ts';

/** Ten years. */
const mostDays = 3660;

/** `holdfast retention simulate`. */
export const run: CommandModule['run'] = async (input, context) => {
  const stanza = await context.stanza();
  const repositories = chooseRepositories(stanza, input.values('repo'));
  const days = readCount(input.value('days'), 60, '--days', mostDays);
  const origin = readOrigin(input.value('from'), context.now());
  const words = input.values('policy').flatMap((text) => splitPolicy(text));
  const lines = scheduleLines(await context.configuration()).filter((line) => line.stanza === stanza.name);
  const engine = await engineToModel(context);
  const begins = await readBegin({ stanza, repositories, origin }, context);
  const to = origin.at + days * 86_400_000;
  const simulated = repositories.map((repository): RepositoryRetention => {
    const begin = begins.get(repository.name) ?? emptyBegin(origin.at);
    const events = scheduledEvents(lines, repository.name, { from: begin.now, to });
    refuseUnscheduled(events, repository.name, context.configFile());
    const retention = applyPolicy(repository.retention, words);
    const expireBy = input.flag('plain') ? 'engine' : 'holdfast';
    const rules = {
      retention,
      engine: engine.version,
      expireBy,
      duration: usualDuration(begin.sets),
      sizes: noSizes,
    } as const;
    return {
      repository: repository.name,
      retention,
      origin: origin.kind,
      expireBy,
      assumed: [...begin.assumed, ...engine.assumed],
      simulated: simulateRetention(begin, events, to, rules),
    };
  });
  const written = await writePictures(input, {
    svg: () => writePicture(simulated.map((one, index) => drawRetention(one, `retention-${index + 1}`))),
    html: () => renderRetentionPage(stanza.name, simulated),
  });
  return {
    data: { stanza: stanza.name, written, repositories: simulated.map(documentRetention) },
    text: `${describeRetentions(simulated)}${written.map((path) => `wrote ${path}\n`).join('')}`,
  };
};
