import { chmodSync, chownSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { CommandResult } from '../../src/process/run-command.ts';
import type { Docker } from './docker-client.ts';

/** The parts of a PodSpec that decide what a container has and may do. */
export interface PodSpec {
  readonly securityContext: {
    readonly runAsUser: number;
    readonly runAsGroup: number;
    readonly fsGroup: number;
  };
  readonly shareProcessNamespace: boolean;
  readonly initContainers: readonly ContainerSpec[];
  readonly containers: readonly ContainerSpec[];
  readonly volumes: readonly VolumeSpec[];
}

/** A command whose exit code is the answer; others are asked over the network. */
export interface Probe {
  readonly exec?: { readonly command: readonly string[] };
}

export interface ContainerSpec {
  readonly name: string;
  readonly image: string;
  readonly command: readonly string[];
  readonly args?: readonly string[];
  readonly restartPolicy?: 'Always';
  readonly env?: readonly { readonly name: string; readonly value: string }[];
  readonly volumeMounts: readonly {
    readonly name: string;
    readonly mountPath: string;
    readonly subPath?: string;
    readonly readOnly?: boolean;
  }[];
  readonly securityContext: {
    readonly readOnlyRootFilesystem: boolean;
    readonly allowPrivilegeEscalation: boolean;
    readonly capabilities: { readonly drop: readonly string[] };
  };
  readonly resources: { readonly limits: { readonly memory: string } };
  readonly startupProbe?: Probe;
  readonly readinessProbe?: Probe;
  readonly livenessProbe?: Probe;
  readonly lifecycle?: { readonly preStop: { readonly exec: { readonly command: readonly string[] } } };
}

interface Item {
  readonly key: string;
  readonly path: string;
}

export interface VolumeSpec {
  readonly name: string;
  readonly emptyDir?: object;
  readonly ephemeral?: object;
  readonly configMap?: {
    readonly name: string;
    readonly items?: readonly Item[];
    readonly defaultMode?: number;
  };
  readonly secret?: {
    readonly secretName: string;
    readonly items?: readonly Item[];
    readonly defaultMode?: number;
  };
  readonly projected?: {
    readonly defaultMode?: number;
    readonly sources: readonly {
      readonly configMap?: { readonly name: string; readonly items: readonly Item[] };
      readonly secret?: { readonly name: string; readonly items: readonly Item[] };
    }[];
  };
  readonly persistentVolumeClaim?: { readonly claimName: string };
}

/** What a kubelet would find in the cluster. */
export interface ClusterContent {
  /** ConfigMaps and Secrets: name → key → content. */
  readonly files: ReadonlyMap<string, Readonly<Record<string, string>>>;
  /** Directory of the volume of a claim. */
  claim(name: string): string;
}

export interface PodOptions {
  readonly name: string;
  readonly docker: Docker;
  readonly network: string;
  /** Other names of the pod in the network. */
  readonly aliases?: readonly string[];
  /** Where the volumes of this pod lie. */
  readonly directory: string;
  readonly content: ClusterContent;
  /** Volumes of the StatefulSet's templates that are claims: volume → claim. */
  readonly claims?: ReadonlyMap<string, string>;
}

/**
 * The containers of a PodSpec as a kubelet makes them, in a Docker engine: the same image, user, group of the volumes,
 * root file system, capabilities, mounts, environment, command and memory, one network and one PID namespace, containers
 * that are made first in their order. Nothing is taken from anywhere else than the spec.
 */
export class Pod {
  readonly #spec: PodSpec;
  readonly #options: PodOptions;

  constructor(spec: PodSpec, options: PodOptions) {
    this.#spec = spec;
    this.#options = options;
  }

  #nameOf(container: string): string {
    return `${this.#options.name}-${container}`;
  }

  /** Makes volumes and what holds the namespaces, and runs the first containers. Gives those that failed, and stops there. */
  async begin(): Promise<CommandResult | undefined> {
    const { docker, network, aliases = [] } = this.#options;
    const sandbox = ['run', '--detach', '--init', '--ipc', 'shareable', '--name', this.#nameOf('sandbox')];
    const names = aliases.flatMap((alias) => ['--network-alias', alias]);
    const image = this.#spec.containers[0]?.image ?? '';
    await docker.mustRun([...sandbox, '--network', network, ...names, image, 'sleep', 'infinity']);
    for (const volume of this.#spec.volumes) this.#makeVolume(volume);
    for (const container of this.#spec.initContainers) {
      if (container.restartPolicy === 'Always') {
        await docker.mustRun(this.#runArguments(container, ['--detach']));
        continue;
      }
      const result = await docker.run(this.#runArguments(container, []));
      if (result.code !== 0) return result;
    }
    return undefined;
  }

  /** The containers of a server, in the background. */
  async start(): Promise<void> {
    for (const container of this.#spec.containers) {
      await this.#options.docker.mustRun(this.#runArguments(container, ['--detach']));
    }
  }

  /** The only container of a Job, until its end. @param args instead of its own */
  async runJob(args?: readonly string[]): Promise<CommandResult> {
    const [container] = this.#spec.containers;
    if (container === undefined) throw new Error('a Job has a container');
    const given = args === undefined ? container : { ...container, args };
    return this.#options.docker.run(this.#runArguments(given, []), { timeoutMs: 400_000 });
  }

  /** A command in a container, as a probe or `kubectl exec` runs it. */
  async exec(container: string, command: readonly string[]): Promise<CommandResult> {
    return this.#options.docker.run(['exec', this.#nameOf(container), ...command]);
  }

  async mustExec(container: string, command: readonly string[]): Promise<string> {
    const result = await this.exec(container, command);
    if (result.code === 0) return result.stdout;
    throw new Error(
      `${command.join(' ')}: ${String(result.code)}\n${result.stdout}\n${result.stderr}\n${await this.logs(container)}`,
    );
  }

  async logs(container: string): Promise<string> {
    const { stdout, stderr } = await this.#options.docker.run(['logs', this.#nameOf(container)]);
    return `${stdout}${stderr}`;
  }

  /** A container's own spec. */
  container(name: string): ContainerSpec {
    const all = [...this.#spec.initContainers, ...this.#spec.containers];
    const found = all.find((candidate) => candidate.name === name);
    if (found === undefined) throw new Error(`the pod has no container ${name}`);
    return found;
  }

  /**
   * As a kubelet ends it: the hook, then the containers, those that were first at the end. The hook may be ended by the
   * end that it brings about.
   *
   * @throws Error when the server did not end well by its hook alone
   */
  async stop(): Promise<void> {
    for (const { name, lifecycle } of this.#spec.containers) {
      if (lifecycle === undefined) continue;
      await this.exec(name, lifecycle.preStop.exec.command);
      const code = await this.#options.docker.mustRun(['wait', this.#nameOf(name)]);
      if (code.trim() !== '0') throw new Error(`${name} ended with ${code}: ${await this.logs(name)}`);
    }
    await this.remove();
  }

  /** At once, as when the node is lost. */
  async remove(): Promise<void> {
    const all = [...this.#spec.containers, ...this.#spec.initContainers.toReversed()];
    const names = [...all.map(({ name }) => name), 'sandbox'].map((name) => this.#nameOf(name));
    await this.#options.docker.run(['rm', '--force', ...names]);
  }

  #runArguments(container: ContainerSpec, flags: readonly string[]): string[] {
    const { securityContext: user } = this.#spec;
    const { securityContext, command, args = [], resources, env = [] } = container;
    const sandbox = `container:${this.#nameOf('sandbox')}`;
    const [program = '', ...words] = command;
    return [
      'run',
      ...flags,
      '--name',
      this.#nameOf(container.name),
      '--network',
      sandbox,
      '--ipc',
      sandbox,
      ...(this.#spec.shareProcessNamespace ? ['--pid', sandbox] : []),
      '--user',
      `${user.runAsUser}:${user.runAsGroup}`,
      '--group-add',
      String(user.fsGroup),
      ...(securityContext.readOnlyRootFilesystem ? ['--read-only'] : []),
      ...(securityContext.allowPrivilegeEscalation ? [] : ['--security-opt', 'no-new-privileges']),
      ...securityContext.capabilities.drop.flatMap((name) => ['--cap-drop', name]),
      '--memory',
      resources.limits.memory.replace(/i$/, '').toLowerCase(),
      ...env.flatMap(({ name, value }) => ['--env', `${name}=${value}`]),
      ...container.volumeMounts.flatMap((mount) => ['--volume', this.#mount(mount)]),
      '--entrypoint',
      program,
      container.image,
      ...words,
      ...args,
    ];
  }

  #mount({ name, mountPath, subPath, readOnly }: ContainerSpec['volumeMounts'][number]): string {
    const directory = this.#directoryOf(name);
    const source = subPath === undefined ? directory : join(directory, subPath);
    // As a kubelet does for a path below a claim that is not there yet.
    if (subPath !== undefined) this.#makeDirectory(source, 0o2770);
    return `${source}:${mountPath}${readOnly === true ? ':ro' : ''}`;
  }

  #directoryOf(volume: string): string {
    const spec = this.#spec.volumes.find(({ name }) => name === volume);
    const claim = spec?.persistentVolumeClaim?.claimName ?? this.#options.claims?.get(volume);
    return claim === undefined ? join(this.#options.directory, volume) : this.#options.content.claim(claim);
  }

  #makeVolume(volume: VolumeSpec): void {
    const directory = this.#directoryOf(volume.name);
    if (volume.persistentVolumeClaim !== undefined) return;
    this.#makeDirectory(directory, volume.emptyDir === undefined ? 0o2770 : 0o2777);
    const { configMap, secret, projected } = volume;
    if (configMap) this.#writeItems(directory, configMap.name, configMap.items, configMap.defaultMode);
    if (secret) this.#writeItems(directory, secret.secretName, secret.items, secret.defaultMode);
    for (const source of projected?.sources ?? []) {
      const { name, items } = source.configMap ?? source.secret ?? { name: '', items: [] };
      this.#writeItems(directory, name, items, projected?.defaultMode);
    }
  }

  /** Files of root that the group of the pod may read: kubelet adds 0440 for it. */
  #writeItems(directory: string, name: string, items: readonly Item[] | undefined, mode = 0o644): void {
    const content = this.#options.content.files.get(name);
    if (content === undefined) throw new Error(`the cluster has no ConfigMap or Secret ${name}`);
    const wanted = items ?? Object.keys(content).map((key) => ({ key, path: key }));
    for (const { key, path } of wanted) {
      const text = content[key];
      if (text === undefined) throw new Error(`${name} has no key ${key}`);
      const file = join(directory, path);
      this.#makeDirectory(dirname(file), 0o2750);
      writeFileSync(file, text);
      chownSync(file, 0, this.#spec.securityContext.fsGroup);
      chmodSync(file, mode | 0o440);
    }
  }

  #makeDirectory(directory: string, mode: number): void {
    if (mkdirSync(directory, { recursive: true }) === undefined) return;
    chownSync(directory, 0, this.#spec.securityContext.fsGroup);
    chmodSync(directory, mode);
  }
}
