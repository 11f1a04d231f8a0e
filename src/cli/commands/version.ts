import type { CommandModule } from '../command-definition.ts';
import { readPackageVersion } from '../package-version.ts';
import { supportedEngineMinors } from '../../model/engine-version.ts';

/** `holdfast version`. */
export const run: CommandModule['run'] = () => {
  const { oldest, newest } = supportedEngineMinors;
  const data = {
    version: readPackageVersion(import.meta.dirname),
    node: process.versions.node,
    engines: { oldest: `2.${oldest}`, newest: `2.${newest}` },
  };
  return Promise.resolve({
    data,
    text: `holdfast ${data.version} (node ${data.node}; pgBackRest ${data.engines.oldest} to ${data.engines.newest})\n`,
  });
};
