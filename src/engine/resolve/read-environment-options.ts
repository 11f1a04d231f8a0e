import { indexedName, isTakenBy } from '../../model/option-table.ts';
import type { GivenOptions } from './given-options.ts';
import { readOptionName } from './read-option-name.ts';
import type { ResolveInput } from './resolved-options.ts';

const prefix = 'PGBACKREST_';

/** `PGBACKREST_REPO1_PATH` → `repo1-path`; undefined for a variable that the engine does not look at. */
export function optionOfVariable(variable: string): string | undefined {
  if (!variable.startsWith(prefix)) return undefined;
  return variable.slice(prefix.length).toLowerCase().replaceAll('_', '-');
}

/**
 * Reads `PGBACKREST_*` (pgBackRest `src/config/parse.c`, phase 2): unknown names are a warning, an empty value is
 * [032] as soon as the command takes the option, lists are split on `:`, and even options that are not for files
 * (`repo`, `stanza`) are taken.
 */
export function readEnvironmentOptions(input: ResolveInput, given: GivenOptions): void {
  for (const [variable, value] of Object.entries(input.environment)) {
    const name = optionOfVariable(variable);
    if (name !== undefined) readVariable(input, { variable, name, value }, given);
  }
}

function readVariable(
  input: ResolveInput,
  { variable, name, value }: { variable: string; name: string; value: string },
  given: GivenOptions,
): void {
  const reading = readOptionName(name, input.version);
  if (reading.kind === 'refused') {
    given.refuse(31, { option: variable, problem: reading.problem });
    return;
  }
  if (reading.kind === 'unknown' || reading.negated || reading.reset) {
    given.warn({ option: variable, problem: 'there is no such option, the variable is ignored' });
    return;
  }
  const { option, index } = reading;
  if (!isTakenBy(option, input.command)) return;
  if (value === '') {
    given.refuse(32, { option: variable, problem: 'the variable is empty' });
    return;
  }
  if (given.find(option, index) !== undefined) return;
  const boolean = option.type === 'boolean';
  if (boolean && value !== 'y' && value !== 'n')
    given.refuse(32, { option: variable, problem: `its value must be y or n, not ${value}` });
  given.add({
    option,
    index,
    origin: 'environment',
    negated: boolean && value === 'n',
    reset: false,
    values: boolean ? [] : option.multi === true ? value.split(':') : [value],
  });
}

/** The present name of the option that a variable gives, `repo1-retention-full` for PGBACKREST_RETENTION_FULL. */
export function presentNameOfVariable(
  variable: string,
  version: ResolveInput['version'],
): string | undefined {
  const name = optionOfVariable(variable);
  const reading = name === undefined ? undefined : readOptionName(name, version);
  return reading?.kind === 'option' ? indexedName(reading.option, reading.index) : undefined;
}
