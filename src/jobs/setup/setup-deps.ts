import type { Configuration, Stanza } from '../../config/configuration.ts';
import type { Engine } from '../../engine/engine.ts';
import type { SecretReference } from '../../model/secret.ts';
import type { RunAs } from '../../process/run-command.ts';
import type { Server } from '../../postgres/server.ts';

/** What setting up works with. */
export interface SetupContext {
  readonly configuration: Configuration;
  readonly stanza: Stanza;
  readonly engine: Engine;
  /** The user that runs pgBackRest: `configuration.engine.user`, looked up. */
  readonly engineUser: RunAs;
  /** The stanza's server on this host; undefined when there is none (a repository host). */
  readonly server: Server | undefined;
  readonly currentUid: number;
  /** Processor cores: the rendered configuration depends on them. */
  readonly cores: number;
  resolveSecret(reference: SecretReference): Promise<string>;
  readonly signal?: AbortSignal | undefined;
  readonly onSpawn?: ((pid: number) => void) | undefined;
}
