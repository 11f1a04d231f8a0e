import { writeGeneratedText, type CommentForm } from '../../engine/conf/conf-text.ts';
import type { RenderedFile } from '../../engine/conf/render-conf.ts';
import type { DeploymentTarget, RenderCall } from '../deployment/deployment-target.ts';
import type { Configuration } from '../../config/configuration.ts';
import { type ComposeSite, composeSite } from './compose-site.ts';
import { containerConfiguration } from './container-configuration.ts';
import { dockerfile } from './dockerfile.ts';
import { environmentExample } from './environment-example.ts';
import { makefile } from './makefile.ts';
import { readme } from './readme.ts';
import { imageScripts } from './scripts.ts';
import { serverSettings } from './server-settings.ts';
import { composeFile } from './services.ts';

/** A Compose project: PostgreSQL and Holdfast in containers of one image. */
export const composeTarget: DeploymentTarget = {
  name: 'compose',
  engine: 'deploy.engineVersion',
  needsSecrets: (configuration, call) => {
    const site = composeSite(configuration, call);
    return [...site.secrets].filter(([name]) => !site.keyFiles.has(name)).map(([, reference]) => reference);
  },
  render: renderCompose,
};

function renderCompose(configuration: Configuration, call: RenderCall): readonly RenderedFile[] {
  const site = composeSite(configuration, call);
  const write = (path: string, body: string, mode = 0o644, form: CommentForm = 'hash'): RenderedFile => ({
    path,
    content: writeGeneratedText(body, configuration.file, advice, form),
    mode,
    owner: call.owner,
    secret: false,
  });
  return [
    write('compose.yaml', composeFile(site)),
    write('Dockerfile', dockerfile(site)),
    write('.dockerignore', '*\n!image\n!*.tgz\n'),
    write('.gitignore', 'secrets/\n.env\n*.tgz\n'),
    write('.env.example', environmentExample(site)),
    write('Makefile', makefile(site)),
    write('README.md', readme(site), 0o644, 'markup'),
    write('configuration/holdfast.yaml', containerConfiguration(site)),
    write('configuration/postgresql.conf', serverSettings(site)),
    ...Object.entries(imageScripts(site)).map(([name, script]) => write(`image/${name}`, script, 0o755)),
    ...secretFiles(site),
  ];
}

const advice =
  'Do not edit: change that file and run `holdfast render compose --out` again. An edited file is shown, never overwritten silently.';

/** The value alone, without a header: that is what a program reads, and what a person or a vault can put there instead. */
function secretFiles({ secrets, keyFiles, call }: ComposeSite): readonly RenderedFile[] {
  const valued = [...secrets].filter(([name]) => !keyFiles.has(name));
  return valued.map(([name, reference]) => ({
    path: `secrets/${name}`,
    content: `${call.secrets(reference)}\n`,
    mode: 0o600,
    owner: call.owner,
    secret: true,
  }));
}
