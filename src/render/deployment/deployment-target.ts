import type { Configuration } from '../../config/configuration.ts';
import type { RenderedFile } from '../../engine/conf/render-conf.ts';
import type { ResolvedSecrets } from '../../engine/conf/secret-values.ts';
import type { Machine } from '../../engine/conf/tuning.ts';
import type { RenderTargetName } from '../../model/render-target.ts';
import type { EngineVersion } from '../../model/engine-version.ts';
import type { SecretReference } from '../../model/secret.ts';

/** What a call of `holdfast render` gives to every target. */
export interface RenderCall {
  /** Text of holdfast.yaml, for what needs it as it is written: a file of the same for another host. */
  readonly source: string;
  /** The host as holdfast.yaml names it; undefined: the host whose node has no `host`. */
  readonly host: string | undefined;
  /** `--stanza`, for what is made for one cluster. */
  readonly stanza: string | undefined;
  /** Version of pgBackRest of the deployment: `--engine`, else what the target has (`ownsEngine`). */
  readonly version: EngineVersion;
  readonly machine: Machine;
  /** Masked where the files are only shown. */
  readonly secrets: ResolvedSecrets;
  /** Values of secrets may go into a file that people share: `--with-secrets`. */
  readonly withSecrets?: boolean | undefined;
  /** A file is to be edited: `--into`. */
  readonly into?: boolean | undefined;
  /** User who gets files that nobody else must have. */
  readonly owner: string;
  /** `job_name` with which Prometheus reads Holdfast. */
  readonly job: string;
}

/**
 * A deployment that holdfast.yaml is turned into: pure, every file it has and nothing else. The command writes,
 * compares and prints them.
 */
export interface DeploymentTarget {
  readonly name: RenderTargetName;
  /** From where the version of pgBackRest is taken when nobody gives one. */
  readonly engine: 'installed' | 'deploy.engineVersion' | 'none';
  /**
   * Whether `secrets` of the call must be resolved when files are written. Values may only be in files that are marked
   * `secret`. `true`: those of the repositories; a function names others, with a call whose secrets are masked.
   */
  readonly needsSecrets:
    | boolean
    | ((configuration: Configuration, call: RenderCall) => readonly SecretReference[]);
  /**
   * Paths are those of the host (`/etc/…`), below which `--out` goes, or relative to the directory of the deployment.
   *
   * @throws Failure config-invalid when the target cannot do what the file asks for, with what to change
   */
  readonly render: (configuration: Configuration, call: RenderCall) => readonly RenderedFile[];
  /**
   * Edits a file that belongs to somebody else (`--into FILE`): only what Holdfast has to say in it, and everything else
   * stays to the byte. Undefined: this target has no such file.
   *
   * @throws Failure config-invalid as `render`, file-unusable when the text is not what it should be
   */
  readonly edit?: ((text: string, configuration: Configuration, call: RenderCall) => string) | undefined;
  /** Hides what must not be shown of a difference in that file; it is somebody's, and may hold any secret. */
  readonly hide?: ((difference: string) => string) | undefined;
  /** A copy of the file as it was is kept beside it. */
  readonly keepsCopy?: boolean | undefined;
}
