import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseAllDocuments, stringify } from 'yaml';
import { parseConfiguration } from '../../src/config/load.ts';
import type { RenderedFile } from '../../src/engine/conf/render-conf.ts';
import { problemsFailure } from '../../src/config/problems.ts';
import type { SecretReference } from '../../src/model/secret.ts';
import { allTargets } from '../../src/render/deployment/all-targets.ts';
import { renderCall } from '../support/conf-parts.ts';
import type { KubernetesObject } from './validate-manifest.ts';

/** The files of a target for a holdfast.yaml; each secret has its own name in capitals as its value. */
export function renderFiles(target: string, keys: object): readonly RenderedFile[] {
  const source = stringify(keys);
  const { configuration, problems } = parseConfiguration(source, '/etc/holdfast.yaml');
  if (configuration === undefined) throw problemsFailure(problems);
  const found = allTargets.find(({ name }) => name === target);
  if (found === undefined) throw new Error(`no target ${target}`);
  return found.render(configuration, { ...renderCall(), source, secrets: secretValue });
}

function secretValue(reference: SecretReference): string {
  return reference.kind === 'environment' ? `VALUE-OF-${reference.name}` : 'VALUE-OF-A-FILE';
}

/** A directory with rendered files, and Kustomize's answers about it. */
export class RenderedDirectory implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), 'hf-kustomize-'));

  constructor(files: readonly Pick<RenderedFile, 'path' | 'content'>[]) {
    for (const { path, content } of files) {
      const file = join(this.path, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, content);
    }
  }

  /** What `kubectl apply -k` would send. */
  build(directory: string): readonly KubernetesObject[] {
    const text = execFileSync(kubectl(), ['kustomize', join(this.path, directory)], {
      encoding: 'utf8',
      stdio: 'pipe',
    });
    return parseAllDocuments(text).map((document) => document.toJS() as KubernetesObject);
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true });
  }
}

let program: string | undefined;

/** kubectl with a Kustomize that knows components. */
export function kubectl(): string {
  program ??= execFileSync('sh', [join(import.meta.dirname, 'get-kubectl.sh')], { encoding: 'utf8' }).trim();
  return program;
}
