import type { Configuration } from '../../config/configuration.ts';
import type { RestoreTarget } from '../../model/restore-target.ts';

/** What was asked for: the options of `restore`, read. */
export interface RestoreRequest {
  readonly configuration: Configuration;
  readonly stanza: string;
  readonly target: RestoreTarget;
  /** `--set`: only this backup set. */
  readonly setLabel?: string | undefined;
  /** `--repo`: only this repository, by its name in holdfast.yaml. */
  readonly repositoryName?: string | undefined;
  /** `--into`: absolute; undefined restores to where the cluster lives. */
  readonly into?: string | undefined;
  /** `--delta`: over the old directory. Not together with `into`. */
  readonly delta: boolean;
  /** `--timeline`: undefined is production's own. */
  readonly timeline?: number | undefined;
  /** Only these databases; with `into`. */
  readonly databases?: readonly string[] | undefined;
  /** False: without the full backup that ends the restore of a Patroni cluster. */
  readonly backup?: boolean | undefined;
  /** `--port` of the restored server; only with `into`. */
  readonly port?: number | undefined;
}

/** How the restore treats the old directory. */
export function restoreModeOf(request: RestoreRequest): 'in-place' | 'delta' | 'into' {
  if (request.into !== undefined) return 'into';
  return request.delta ? 'delta' : 'in-place';
}
