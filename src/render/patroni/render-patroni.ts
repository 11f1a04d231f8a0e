import { parseDocument, stringify } from 'yaml';
import type { Configuration, Stanza } from '../../config/configuration.ts';
import { writeGeneratedText } from '../../engine/conf/conf-text.ts';
import { Failure } from '../../model/failure.ts';
import type { DeploymentTarget } from '../deployment/deployment-target.ts';
import { clusterSettings, memberSettings } from './patroni-settings.ts';
import { setMappingKey } from './set-mapping-key.ts';

/** What Patroni has to be told: settings of a cluster for its DCS, and what stands in patroni.yml of each member. */
export const patroniTarget: DeploymentTarget = {
  name: 'patroni',
  engine: 'none',
  needsSecrets: false,
  render: (configuration, { owner, stanza }) =>
    chosen(configuration, stanza).flatMap((each) => {
      const file = (path: string, content: unknown, advice: string) => ({
        path,
        content: writeGeneratedText(
          stringify(content, { lineWidth: 0, version: '1.1' }),
          configuration.file,
          advice,
        ),
        mode: 0o644,
        owner,
        secret: false,
      });
      const member = parseDocument('{}\n');
      for (const { path, value } of memberSettings(configuration, each)) member.setIn(path, value);
      return [
        file(
          `patroni/${each.name}-cluster.yml`,
          clusterSettings(configuration, each),
          'For the DCS: `patronictl edit-config --apply THIS_FILE`, then a restart of the members that wait for one.',
        ),
        file(
          `patroni/${each.name}-member.yml`,
          member.toJS(),
          'For patroni.yml of each member: `holdfast render patroni --into /etc/patroni/config.yml`, then `patronictl reload`.',
        ),
      ];
    }),
  edit: (text, configuration, { stanza }) => {
    const [only, second] = chosen(configuration, stanza);
    if (only === undefined || second !== undefined) {
      throw new Failure('usage', {
        operation: "edit Patroni's configuration",
        problem: `the file belongs to one cluster, and there are ${String(configuration.stanzas.length)} stanzas`,
        hint: 'Name the one with --stanza.',
      });
    }
    try {
      return memberSettings(configuration, only).reduce(
        (edited, { path, value }) => setMappingKey(edited, path, value),
        text,
      );
    } catch (error) {
      throw new Failure('file-unusable', {
        operation: "edit Patroni's configuration",
        problem: `it is not YAML with the sections of Patroni: ${error instanceof Error ? error.message : String(error)}`,
        hint: 'Correct the file; `patroni --validate-config FILE` helps.',
        cause: error,
      });
    }
  },
};

function chosen({ stanzas }: Pick<Configuration, 'stanzas'>, name: string | undefined): readonly Stanza[] {
  const found = stanzas.filter((stanza) => name === undefined || stanza.name === name);
  if (found.length > 0) return found;
  throw new Failure('stanza-missing', {
    operation: 'render patroni',
    problem: `there is no stanza ${name ?? ''}`,
    hint: `Name one of ${stanzas.map((stanza) => stanza.name).join(', ')}.`,
  });
}
