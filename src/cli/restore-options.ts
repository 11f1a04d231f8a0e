import { Failure } from '../model/failure.ts';
import type { CommandInput } from './command-definition.ts';

/** `--port`: a TCP port that a user may have. @throws Failure usage */
export function readPort(text: string | undefined): number | undefined {
  return readNumber('--port', text, { lowest: 1024, highest: 65_535 });
}

/** `--timeline`, decimal. @throws Failure usage */
export function readTimeline(text: string | undefined): number | undefined {
  return readNumber('--timeline', text, { lowest: 1, highest: 0x7fff_ffff });
}

function readNumber(
  option: string,
  text: string | undefined,
  range: { readonly lowest: number; readonly highest: number },
): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (/^\d{1,10}$/.test(text) && value >= range.lowest && value <= range.highest) return value;
  throw new Failure('usage', {
    operation: `read ${option}`,
    problem: `${JSON.stringify(text)} is not a number from ${range.lowest} to ${range.highest}`,
    hint: `Write it as ${option} ${Math.max(range.lowest, 2)}.`,
  });
}

/** A resumed restore goes on with the plan that was made: options that would make another one are refused. */
export function refuseWithResume(input: CommandInput): void {
  const valued = ['to', 'timezone', 'set', 'repo', 'timeline', 'into', 'port'].filter(
    (name) => input.value(name) !== undefined,
  );
  const given = [...valued, ...['delta', 'plan', 'no-backup'].filter((name) => input.flag(name))];
  if (given.length === 0) return;
  throw new Failure('usage', {
    operation: 'read the command line',
    problem: `--resume goes on with the plan it began with: ${given.map((name) => `--${name}`).join(', ')} cannot change it`,
    hint: 'Leave them out, or undo that restore with `holdfast undo` and begin a new one.',
  });
}
