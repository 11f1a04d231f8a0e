import { statSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import type { Configuration } from '../config/configuration.ts';
import type { Engine } from '../engine/engine.ts';
import { Failure } from '../model/failure.ts';
import type { DaemonParts, LoadedConfiguration } from './daemon-parts.ts';

/** What a daemon began with and cannot change while it runs. */
const fixed: readonly (readonly [string, (configuration: Configuration) => unknown])[] = [
  ['state.directory', ({ stateDirectory }) => stateDirectory],
  ['engine.user', ({ engine }) => engine.user],
  ['server', ({ server }) => server],
];

export interface HeldConfigurationDeps extends Pick<DaemonParts, 'load' | 'openEngine'> {
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** The engine was upgraded meanwhile. */
  readonly onEngine: (before: string, now: string) => void;
}

/** The configuration in use. Reloading puts another one in its place, or leaves it. Times are epoch milliseconds. */
export class HeldConfiguration {
  readonly #deps: HeldConfigurationDeps;
  #loaded: LoadedConfiguration;
  #loadedAt: number;
  #refused: { readonly at: number; readonly problem: string } | undefined;
  #stamp: string;

  constructor(loaded: LoadedConfiguration, deps: HeldConfigurationDeps) {
    this.#loaded = loaded;
    this.#deps = deps;
    this.#loadedAt = deps.now();
    this.#stamp = stampOf(loaded.engine.binary);
  }

  get configuration(): Configuration {
    return this.#loaded.configuration;
  }

  /** As it was when it was last asked for its version. */
  get engine(): Engine {
    return this.#loaded.engine;
  }

  get loadedAt(): number {
    return this.#loadedAt;
  }

  /** The last attempt to load another one, when that was refused. */
  get refused(): { readonly at: number; readonly problem: string } | undefined {
    return this.#refused;
  }

  /** @throws Failure why the file is refused: then the old configuration goes on */
  async reload(): Promise<LoadedConfiguration> {
    try {
      const loaded = await this.#deps.load();
      refuseFixed(this.#loaded.configuration, loaded.configuration);
      this.#loaded = loaded;
      this.#loadedAt = this.#deps.now();
      this.#stamp = stampOf(loaded.engine.binary);
      this.#refused = undefined;
      return loaded;
    } catch (error) {
      if (error instanceof Failure) this.#refused = { at: this.#deps.now(), problem: error.message };
      throw error;
    }
  }

  /**
   * What a job begins with. The engine may have been upgraded since it was asked for its version: then it is asked
   * again. The file is not read for that: what somebody is editing counts only from the reload on.
   *
   * @throws Failure engine-missing, engine-unsupported
   */
  async forJob(): Promise<LoadedConfiguration> {
    const { configuration, engine: before } = this.#loaded;
    const stamp = stampOf(before.binary);
    if (stamp === this.#stamp) return this.#loaded;
    const engine = await this.#deps.openEngine(configuration);
    this.#loaded = { configuration: this.#loaded.configuration, engine };
    this.#stamp = stamp;
    if (engine.version.text !== before.version.text)
      this.#deps.onEngine(before.version.text, engine.version.text);
    return this.#loaded;
  }
}

/** Changes when another file is put in the place of the engine's binary. */
function stampOf(binary: string): string {
  const found = statSync(binary, { throwIfNoEntry: false });
  return found === undefined ? 'missing' : `${found.dev}:${found.ino}:${found.mtimeMs}:${found.size}`;
}

function refuseFixed(before: Configuration, after: Configuration): void {
  const changed = fixed.filter(([, read]) => !isDeepStrictEqual(read(before), read(after)));
  if (changed.length === 0) return;
  const names = changed.map(([name]) => name).join(', ');
  throw new Failure('config-invalid', {
    operation: 'reload the configuration',
    place: after.file,
    problem: `${names} cannot change while the daemon runs`,
    hint: 'Restart the daemon, or put the old value back and reload again.',
  });
}
