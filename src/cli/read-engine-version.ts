import {
  isAtLeast,
  parseEngineVersion,
  supportedEngineMinors,
  type EngineVersion,
} from '../model/engine-version.ts';
import { Failure } from '../model/failure.ts';

/**
 * The value of `--engine`.
 *
 * @returns undefined when it was not given
 * @throws Failure usage when it is not a supported version
 */
export function readEngineVersion(text: string | undefined): EngineVersion | undefined {
  if (text === undefined) return undefined;
  const version = parseEngineVersion(text);
  const { oldest } = supportedEngineMinors;
  if (version !== undefined && version.major === 2 && isAtLeast(version, oldest)) return version;
  throw new Failure('usage', {
    operation: 'read --engine',
    problem: `${JSON.stringify(text)} is not a version of pgBackRest that Holdfast supports`,
    hint: `Write it as --engine 2.55; 2.${oldest} is the oldest.`,
  });
}
