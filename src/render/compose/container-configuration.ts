import { stringify } from 'yaml';
import { parseYaml } from '../../config/parse.ts';
import type { PlainValue } from '../../config/source-tree.ts';
import { placedSecrets } from '../deployment/host-configuration.ts';
import { type ComposeSite, places, secretFile } from './compose-site.ts';

type Mapping = { [key: string]: PlainValue };

/**
 * holdfast.yaml as it is in the containers: their paths, each secret a file there, and a server that another container
 * runs. What else the file says stays as it is.
 */
export function containerConfiguration(site: ComposeSite): string {
  const root = parseYaml(site.call.source, 'holdfast.yaml').tree?.root as Mapping;
  for (const { path } of placedSecrets(site.call.source)) {
    if (path[0] !== 'deploy') setAt(root, path, `file:${places.secrets}/${secretFile(path)}`);
  }
  const { deploy: _deploy, stanzas, engine, options, ...rest } = root;
  const own = (stanzas as Mapping)[site.stanza.name] as Mapping;
  const [node] = [own['postgres'] as Mapping | Mapping[]].flat();
  const given = (options ?? {}) as Mapping;
  const processes = Math.max(1, Math.ceil(Number(site.settings.backupLimits.cpus)));
  const file: Mapping = {
    stanzas: {
      [site.stanza.name]: {
        ...own,
        postgres: {
          ...node,
          socket: site.socketDirectory,
          bin: site.programs,
          elsewhere: { stop: 'docker compose stop db', start: 'docker compose start db' },
        },
      },
    },
    engine: {
      ...((engine ?? {}) as Mapping),
      binary: 'pgbackrest',
      configFile: `${places.engine}/pgbackrest.conf`,
      includeDirectory: `${places.engine}/conf.d`,
      logDirectory: places.log,
      lockDirectory: `${places.shared}/lock`,
      spoolDirectory: `${places.shared}/spool`,
    },
    ...rest,
    // What a container sees of the processors is not what it may use.
    options: 'process-max' in given ? given : { ...given, 'process-max': processes },
  };
  return stringify(file, { lineWidth: 0, aliasDuplicateObjects: false });
}

function setAt(root: Mapping, path: readonly (string | number)[], text: string): void {
  let holder: PlainValue | undefined = root;
  for (const part of path.slice(0, -1)) holder = (holder as Mapping)[part];
  (holder as Mapping)[path.at(-1) as string] = text;
}
