import type { PassThroughOption } from '../../config/configuration.ts';
import type { EngineVersion } from '../../model/engine-version.ts';
import { Failure } from '../../model/failure.ts';
import { findOption } from '../../model/option-table.ts';
import { readNumber } from '../resolve/read-option-value.ts';

/** One option as it will stand in the file. Several values: the key is repeated. */
export interface ConfOption {
  readonly name: string;
  readonly value: string | readonly string[];
  /** Why Holdfast chose this; printed as a comment above. */
  readonly reason?: string | undefined;
}

/** A section of pgbackrest.conf: `global`, `global:backup`, a stanza, `main:restore`. */
export interface ConfSection {
  readonly name: string;
  readonly options: readonly ConfOption[];
}

/** Makes an option unless the value is undefined. Numbers and booleans take the engine's form. */
export function option(
  name: string,
  value: string | number | boolean | readonly string[] | undefined,
  reason?: string,
): ConfOption[] {
  if (value === undefined) return [];
  if (Array.isArray(value))
    return value.length === 0 ? [] : [{ name, value: value as readonly string[], reason }];
  if (typeof value === 'boolean') return [{ name, value: value ? 'y' : 'n', reason }];
  return [{ name, value: String(value), reason }];
}

/**
 * True when this version knows the option, as a finished feature, and takes the value.
 * An option that is beta in a version (repo-block in 2.45) counts as not known.
 */
export function isRenderable(candidate: ConfOption, version: EngineVersion): boolean {
  const found = findOption(candidate.name, version);
  if (found === undefined || found.deprecated || found.option.beta === true) return false;
  if (found.option.section === 'command-line') return false;
  const { allowList } = found.option;
  if (allowList === undefined) return true;
  const values = typeof candidate.value === 'string' ? [candidate.value] : candidate.value;
  // `1024KiB` is allowed where `1MiB` is.
  const meaning = (value: string): string => String(readNumber(found.option.type, value, version) ?? value);
  const allowed = new Set(allowList.map(meaning));
  return values.every((value) => allowed.has(meaning(value)));
}

/**
 * Lets through what the version knows.
 *
 * @throws Failure config-invalid when it does not: these options carry the meaning of the configuration
 */
export function requireRenderable(
  options: readonly ConfOption[],
  version: EngineVersion,
): readonly ConfOption[] {
  for (const candidate of options) {
    if (isRenderable(candidate, version)) continue;
    const value = isSecure(candidate.name) ? '' : ` = ${String(candidate.value)}`;
    throw new Failure('config-invalid', {
      operation: 'render pgbackrest.conf',
      place: candidate.name,
      problem: `pgbackrest ${version.text} does not know ${candidate.name}${value}`,
      hint: 'Install a newer pgBackRest, or leave out of holdfast.yaml what needs this option.',
    });
  }
  return options;
}

/** An option of an `options:` map in its present name. */
export function fromPassThrough(given: PassThroughOption, version: EngineVersion): ConfOption {
  const candidate = { name: findOption(given.name, version)?.name ?? given.name, value: given.value };
  requireRenderable([candidate], version);
  return candidate;
}

/** True for what must not stand in a file that others may read. */
export function isSecure(name: string): boolean {
  return findOption(name)?.option.secure === true;
}
