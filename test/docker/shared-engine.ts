import { createDocker, type Docker } from './docker-client.ts';

/** Set by the global set-up of the project; the workers inherit it. */
export const engineVariable = 'HOLDFAST_TEST_DOCKER';

/** The engine that all tests of the project `docker` share: where it keeps its data, and how to talk to it. */
export interface SharedEngine {
  readonly directory: string;
  readonly docker: Docker;
}

/** @throws Error outside of the project `docker` */
export function sharedEngine(): SharedEngine {
  const directory = process.env[engineVariable];
  if (directory === undefined) {
    throw new Error('no Docker engine was started: run `npm run test:docker -- NAME`');
  }
  return { directory, docker: createDocker(directory) };
}
