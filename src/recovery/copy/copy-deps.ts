import type { Configuration } from '../../config/configuration.ts';
import type { Engine, EngineProgram } from '../../engine/engine.ts';
import type { RestoreDependencies } from '../apply/restore-context.ts';

/** What copies are made and dropped with; the same for a command and for the daemon. */
export interface CopyDependencies extends Pick<
  RestoreDependencies,
  | 'journal'
  | 'actor'
  | 'cause'
  | 'process'
  | 'currentUid'
  | 'now'
  | 'sleep'
  | 'emit'
  | 'signal'
  | 'checkpoint'
  | 'limits'
> {
  readonly configuration: Configuration;
  readonly engine: EngineProgram;
  /** The same when it has told its version. */
  readonly opening: Promise<Engine>;
  /** PATH. */
  readonly path: string;
  readonly host: string;
  readonly newRunId: (kind: string) => string;
}
