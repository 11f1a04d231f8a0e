import type { Configuration } from '../../config/configuration.ts';
import { repositorySecrets } from '../../engine/conf/secret-values.ts';
import { writeGeneratedText } from '../../engine/conf/conf-text.ts';
import type { RenderedFile } from '../../engine/conf/render-conf.ts';
import type { SecretReference } from '../../model/secret.ts';
import type { DeploymentTarget, RenderCall } from '../deployment/deployment-target.ts';
import { companionConf, companionPlaybook } from './companion-files.ts';
import { crontabLines } from './crontab-lines.ts';
import { chosenStanzas, editPigsty } from './edit-pigsty.ts';
import { hideSecretLines } from './hide-secret-lines.ts';
import { pigstyRepository } from './repository-variables.ts';
import { blockLines } from './yaml-text.ts';

/** Variables of Pigsty, and beside them what it has no variables for. `--into pigsty.yml` edits the inventory. */
export const pigstyTarget: DeploymentTarget = {
  name: 'pigsty',
  engine: 'deploy.engineVersion',
  needsSecrets,
  render: renderPigsty,
  edit: editPigsty,
  hide: hideSecretLines,
  keepsCopy: true,
};

/** Values are in the companion file, and in pigsty.yml with consent only. */
function needsSecrets(
  configuration: Configuration,
  { withSecrets, into, stanza }: RenderCall,
): readonly SecretReference[] {
  return chosenStanzas(configuration, stanza).flatMap(({ repositories }) =>
    repositories.flatMap((repository, index) =>
      repositorySecrets(repository).filter(
        (reference) => reference.kind === 'literal' || (index === 0 ? withSecrets === true : into !== true),
      ),
    ),
  );
}

function renderPigsty(configuration: Configuration, call: RenderCall): readonly RenderedFile[] {
  const stanzas = chosenStanzas(configuration, call.stanza);
  const several = stanzas.filter(({ repositories }) => repositories.length > 1);
  const text = (path: string, body: string, advice: string, secret = false): RenderedFile => ({
    path,
    content: writeGeneratedText(body, configuration.file, advice),
    mode: secret ? 0o600 : 0o644,
    owner: call.owner,
    secret,
  });
  const crontab = configuration.deploy.pigsty.version === 3 ? 'node_crontab' : 'pg_crontab';
  return [
    ...stanzas.map((stanza) => {
      const { name, entries } = pigstyRepository(stanza, configuration, call);
      const lines = [
        ...blockLines('pgbackrest_enabled', true, 0),
        ...blockLines('pgbackrest_method', name, 0),
        ...blockLines('pgbackrest_repo', { entries: [[name, { entries }]] }, 0),
        ...blockLines(crontab, crontabLines(configuration, stanza), 0),
      ];
      return text(
        `pigsty/${stanza.name}-variables.yml`,
        `${lines.join('\n')}\n`,
        'To look at: `holdfast render pigsty --into pigsty.yml` puts it into place.',
        call.withSecrets === true,
      );
    }),
    ...several.flatMap((stanza) => companionConf(stanza, configuration, call) ?? []),
    ...(several.length === 0
      ? []
      : [
          text(
            'pigsty/holdfast-repositories.yml',
            companionPlaybook(several),
            'A playbook: `ansible-playbook -i PIGSTY/pigsty.yml holdfast-repositories.yml`.',
          ),
          text('pigsty/.gitignore', 'secret/\n', 'Values of secrets are in there.'),
        ]),
  ];
}
