import { existsSync } from 'node:fs';

/** A program of systemd, which needs no systemd that runs. @throws Error when it is not installed */
export function systemdProgram(name: 'systemd-analyze'): string {
  const path = `/usr/bin/${name}`;
  if (existsSync(path)) return path;
  throw new Error(`${path} is not here: install Debian's package systemd, as \`npm test\` does`);
}
