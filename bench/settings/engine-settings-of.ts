import type { EngineVersion } from '../../src/model/engine-version.ts';

/** What settings may depend on. */
export interface SettingsContext {
  readonly cores: number;
  readonly version: EngineVersion;
}

/** Options of pgbackrest.conf by section (`global`, `global:archive-push`), without paths, credentials and retention. */
export type EngineOptions = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** Settings that somebody runs pgBackRest with. Only what bears on time and space is kept. */
export interface EngineSettingsOf {
  readonly name: string;
  readonly title: string;
  /** Where they come from. */
  readonly source: string;
  options(context: SettingsContext): EngineOptions;
}

/** `[global] process-max=2`, one line an option, in a fixed order. */
export function listOptions(options: EngineOptions): string[] {
  return Object.entries(options)
    .flatMap(([section, values]) =>
      Object.entries(values).map(([name, value]) => `[${section}] ${name}=${value}`),
    )
    .toSorted();
}

/** Text of pgbackrest.conf with these options and those of the place. */
export function renderOptions(options: EngineOptions, place: EngineOptions): string {
  const sections = new Set([...Object.keys(place), ...Object.keys(options)]);
  return [...sections]
    .map((section) => {
      const values = { ...options[section], ...place[section] };
      return [`[${section}]`, ...Object.entries(values).map(([name, value]) => `${name}=${value}`)].join(
        '\n',
      );
    })
    .join('\n\n');
}
