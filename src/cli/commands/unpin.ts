import { readCatalogue } from '../../engine/info.ts';
import { listPins } from '../../jobs/pins/list-pins.ts';
import { Failure } from '../../model/failure.ts';
import { chooseRepositories } from '../choose-repositories.ts';
import type { CommandModule } from '../command-definition.ts';
import { findSetPlaces } from '../find-set-places.ts';
import { runPinChanges } from '../run-pin-changes.ts';

/** `holdfast unpin LABEL`. */
export const run: CommandModule['run'] = async (input, context) => {
  const label = input.argument('label') ?? '';
  const stanza = await context.stanza();
  const repositories = chooseRepositories(stanza, input.values('repo'));
  const { signal, onSpawn } = context;
  const engine = await context.engine();
  const catalogue = await readCatalogue(engine, stanza.name, { signal, onSpawn });
  const places = findSetPlaces(stanza.name, label, repositories, catalogue);
  const pins = listPins(catalogue, places, context.now()).filter((pin) => pin.label === label);
  if (pins.length === 0) {
    throw new Failure('nothing-found', {
      operation: `unpin set ${label}`,
      place: places.map((place) => place.name).join(', '),
      problem: 'it is not pinned',
      hint: "Run 'holdfast pin' to list the pins.",
    });
  }
  const chosen = pins.map((pin) => pin.repository);
  await runPinChanges(stanza, label, undefined, chosen, context);
  const names = chosen.map((repository) => repository.name);
  return {
    data: { stanza: stanza.name, label, repositories: names },
    text: `${label} is left to the retention of ${names.join(', ')}\n`,
  };
};
