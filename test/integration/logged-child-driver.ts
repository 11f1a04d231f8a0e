import { runLoggedChild } from '../../src/process/logged-child.ts';

/** Starts a child as a Holdfast would that is killed afterwards: `logged-child-driver.ts LOG SCRIPT`. */
const [logFile = '', script = ''] = process.argv.slice(2);
await runLoggedChild({
  command: '/bin/sh',
  args: ['-c', script],
  env: { PATH: '/usr/bin:/bin' },
  logFile,
  onSpawn: (identity) => process.stdout.write(`${JSON.stringify(identity)}\n`),
});
