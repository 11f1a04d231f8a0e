import type { Configuration, Stanza } from '../../config/configuration.ts';
import type { EngineVersion } from '../../model/engine-version.ts';
import { siteOf, type RunbookSite, type StanzaKnowledge } from './runbook-site.ts';
import type { Runbook, StanzaRunbook } from './runbook.ts';
import { afterRestore } from './scenarios/after-restore.ts';
import { copyScenarios } from './scenarios/copy-scenarios.ts';
import { damageScenarios } from './scenarios/damage-scenarios.ts';
import { hostScenarios } from './scenarios/host-scenarios.ts';
import { passphraseScenarios } from './scenarios/passphrase-scenarios.ts';
import { clusterScenarios } from './scenarios/cluster-scenarios.ts';
import { replicaScenarios } from './scenarios/replica-scenarios.ts';
import { describePlace, repositoryScenarios } from './scenarios/repository-scenarios.ts';
import { restoreScenarios } from './scenarios/restore-scenarios.ts';

/** For whom a runbook is written. */
export interface RunbookRequest {
  /** As holdfast.yaml names it; undefined: the host whose node has no `host`. */
  readonly host: string | undefined;
  readonly version: EngineVersion;
  /** What was seen on this host and is in its journal; empty where only the file is known. */
  readonly knowledge: readonly StanzaKnowledge[];
}

/** The runbook of a configuration: only scenarios that it can have. Pure. */
export function planRunbook(configuration: Configuration, request: RunbookRequest): Runbook {
  const { shell, shellUser, contacts, notes } = configuration.deploy.runbook;
  return {
    runbookVersion: 1,
    file: configuration.file,
    engineVersion: request.version.text,
    shell: { command: shell, user: shellUser === 'root' ? 'root' : configuration.engine.user },
    contacts,
    notes,
    stanzas: configuration.stanzas.map((stanza) => planStanza(configuration, stanza, request)),
  };
}

function planStanza(
  configuration: Configuration,
  stanza: Stanza,
  { host, version, knowledge }: RunbookRequest,
): StanzaRunbook {
  const known = knowledge.find((one) => one.stanza === stanza.name);
  const site = siteOf(configuration, stanza, host, version, known);
  return {
    stanza: stanza.name,
    facts: factsOf(site),
    scenarios: [
      // Under Patroni a single member is never restored in place: the whole cluster is.
      ...(stanza.patroni === undefined ? restoreScenarios(site) : clusterScenarios(site)),
      afterRestore(site),
      ...copyScenarios(site),
      ...replicaScenarios(site),
      ...repositoryScenarios(site),
      ...passphraseScenarios(site),
      ...(stanza.patroni === undefined ? damageScenarios(site) : []),
      ...hostScenarios(site),
    ],
  };
}

function factsOf(site: RunbookSite): [string, string][] {
  const { configuration, stanza, node, server, version } = site;
  const { engine } = configuration;
  return [
    ['Data directory', `${node.path}${node.host === undefined ? '' : ` on ${node.host}`}`],
    ['Server', `port ${node.port}, socket in ${server.socketDirectory}, user ${node.osUser}`],
    ['Started by', describeControl(site)],
    ...(stanza.patroni === undefined ? [] : [['Patroni', stanza.patroni.url] satisfies [string, string]]),
    ...(stanza.nodes.length < 2
      ? []
      : [
          ['Nodes', stanza.nodes.map((one) => one.host ?? 'this host').join(', ')] satisfies [string, string],
        ]),
    ...stanza.repositories.map((repository): [string, string] => [
      `Repository ${repository.key}`,
      `${repository.name}: ${describePlace(repository)}${repository.encryption === undefined ? '' : ', encrypted'}`,
    ]),
    [
      'pgBackRest',
      `${version.text}, ${engine.configFile}, user ${engine.user}, logs in ${engine.logDirectory}`,
    ],
    ['Holdfast', `${configuration.file}, state in ${configuration.stateDirectory}`],
  ];
}

function describeControl({ stanza, server, configuration }: RunbookSite): string {
  const { control } = server;
  if (stanza.patroni !== undefined) return `Patroni, unit ${configuration.deploy.ansible.patroni.service}`;
  if (control.kind === 'systemd') return control.unit;
  return control.kind === 'pg_ctl' ? `pg_ctl of ${server.binDirectory}` : 'pg_ctlcluster';
}
