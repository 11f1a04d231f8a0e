import { readCatalogue } from '../../engine/info.ts';
import { documentPin, listPins, type PinnedSet } from '../../jobs/pins/list-pins.ts';
import { readReason } from '../../jobs/pins/read-reason.ts';
import { parseUntil } from '../../jobs/pins/parse-until.ts';
import { Failure } from '../../model/failure.ts';
import type { Pin } from '../../model/pin.ts';
import { chooseRepositories } from '../choose-repositories.ts';
import type { CommandInput, CommandModule } from '../command-definition.ts';
import type { CommandContext } from '../context.ts';
import { findSetPlaces } from '../find-set-places.ts';
import { formatTable } from '../output/format-table.ts';
import { formatUtc } from '../output/format-time.ts';
import { runPinChanges } from '../run-pin-changes.ts';

/** `holdfast pin [LABEL]`. */
export const run: CommandModule['run'] = async (input, context) => {
  const label = input.argument('label');
  if (label === undefined) refuseOptions(input);
  const pin = label === undefined ? undefined : await readPin(input, context);
  const stanza = await context.stanza();
  const repositories = chooseRepositories(stanza, input.values('repo'));
  const { signal, onSpawn } = context;
  const engine = await context.engine();
  const catalogue = await readCatalogue(engine, stanza.name, { signal, onSpawn });
  if (label === undefined || pin === undefined) {
    const pins = listPins(catalogue, repositories, context.now());
    return { data: { stanza: stanza.name, pins: pins.map(documentPin) }, text: pinTable(pins) };
  }
  const places = findSetPlaces(stanza.name, label, repositories, catalogue);
  await runPinChanges(stanza, label, pin, places, context);
  const pins = places.map(({ name, key }) => ({ repository: { name, key }, label, pin, binds: true }));
  return {
    data: { stanza: stanza.name, pins: pins.map(documentPin) },
    text: `${pinTable(pins)}This binds Holdfast's expire. A plain \`pgbackrest expire\`, or a backup outside of Holdfast that expires by itself, knows nothing of it.\n`,
  };
};

/** @throws Failure usage */
function refuseOptions(input: CommandInput): void {
  const given = ['until', 'because'].find((name) => input.value(name) !== undefined);
  if (given === undefined) return;
  throw new Failure('usage', {
    operation: 'pin a set',
    problem: `--${given} needs a set`,
    hint: 'Name it: `holdfast pin LABEL --until 90d`. `holdfast info` lists the sets.',
  });
}

async function readPin(input: CommandInput, context: CommandContext): Promise<Pin> {
  const until = input.value('until');
  if (until === undefined) {
    throw new Failure('usage', {
      operation: 'pin a set',
      problem: '--until is missing',
      hint: 'Say how long the set must stay: --until 90d, --until 2027-01-01T00:00:00Z or --until forever.',
    });
  }
  const { user, host } = await context.actor();
  return {
    until: parseUntil(until, context.now()),
    by: `${user}@${host}`,
    because: readReason(input.value('because')),
  };
}

function pinTable(pins: readonly PinnedSet[]): string {
  if (pins.length === 0) return 'no set is pinned\n';
  return formatTable(
    [
      { title: 'set' },
      { title: 'repository' },
      { title: 'until' },
      { title: 'binds' },
      { title: 'by' },
      { title: 'because' },
    ],
    pins.map(({ repository, label, pin, binds }) => [
      label,
      repository.name,
      pin.until === 'forever' ? 'for ever' : formatUtc(pin.until),
      binds ? 'yes' : 'no, it is over',
      pin.by ?? '-',
      pin.because ?? '-',
    ]),
  );
}
