import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

/**
 * How long `holdfast --help` takes against bare `node -e 0` of the same Node.js, in one run: both are started in turn,
 * so that whatever else the machine does hits both.
 *
 * Usage: node bench/startup.ts [ROUNDS]. Prints one JSON document.
 */
const root = join(import.meta.dirname, '..');
const rounds = Number(process.argv[2] ?? 31);
if (!Number.isInteger(rounds) || rounds < 15) throw new Error('at least 15 rounds are needed');

const programs = {
  bare: [process.execPath, '-e', '0'],
  help: [join(root, 'bin/holdfast'), '--help'],
  commandHelp: [join(root, 'bin/holdfast'), 'backup', '--help'],
  version: [join(root, 'bin/holdfast'), 'version'],
} as const;
type Name = keyof typeof programs;

/** Milliseconds from the start of a program to its end. @throws Error when it fails */
function measure(name: Name): number {
  const [command, ...args] = programs[name];
  const started = performance.now();
  const result = spawnSync(command, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  const elapsed = performance.now() - started;
  if (result.status !== 0) throw new Error(`${programs[name].join(' ')} ended with ${result.status}`);
  return elapsed;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

const names = Object.keys(programs) as Name[];
// The first starts compile the program and fill node's compile cache.
for (const name of names) for (let round = 0; round < 2; round += 1) measure(name);
const times: Record<Name, number[]> = { bare: [], help: [], commandHelp: [], version: [] };
for (let round = 0; round < rounds; round += 1) {
  for (const name of names) times[name].push(measure(name));
}
const medians = Object.fromEntries(names.map((name) => [name, Number(median(times[name]).toFixed(1))]));
const ratios = Object.fromEntries(
  names.map((name) => [
    name,
    Number(median(times[name].map((time, round) => time / (times.bare[round] ?? 1))).toFixed(3)),
  ]),
);
console.log(
  JSON.stringify(
    { benchmark: 'startup', node: process.versions.node, rounds, medianMs: medians, medianRatio: ratios },
    null,
    2,
  ),
);
