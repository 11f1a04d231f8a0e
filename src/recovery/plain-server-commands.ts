import { quoteForShell } from '../model/quote-for-shell.ts';
import type { RestorePlan } from './restore-plan.ts';

type PlannedServer = Pick<RestorePlan, 'mode' | 'server' | 'directories' | 'owner'>;

/** What a person would type to start the server of a plan where it belongs. */
export function plainStartCommand(plan: PlannedServer): string {
  const { elsewhere } = plan.server;
  return plan.mode !== 'into' && elsewhere !== undefined ? elsewhere.start : localStartCommand(plan);
}

/** What a person would type to stop it. */
export function plainStopCommand(plan: PlannedServer): string {
  const { elsewhere } = plan.server;
  return plan.mode !== 'into' && elsewhere !== undefined ? elsewhere.stop : localStopCommand(plan);
}

/** To start it here. Debian's configuration lies outside the data directory. */
export function localStartCommand(plan: PlannedServer): string {
  const { control, unit, binDirectory, port } = plan.server;
  if (plan.mode !== 'into' && control === 'systemd') return `sudo systemctl start ${unit ?? 'postgresql'}`;
  const options = plan.mode === 'into' ? ` -o '-p ${port}'` : '';
  const config =
    plan.server.configFile === undefined || plan.mode === 'into'
      ? ''
      : ` -o '-c config_file=${plan.server.configFile}'`;
  return asOwner(
    plan,
    `${binDirectory}/pg_ctl -D ${quoteForShell(plan.directories.data)} -w start${options}${config}`,
  );
}

/** To stop it here. */
export function localStopCommand(plan: PlannedServer): string {
  const { control, unit, binDirectory } = plan.server;
  if (plan.mode !== 'into' && control === 'systemd') return `sudo systemctl stop ${unit ?? 'postgresql'}`;
  return asOwner(plan, `${binDirectory}/pg_ctl -D ${quoteForShell(plan.directories.data)} -m fast -w stop`);
}

/** The command as the owner of the data directory. */
export function asOwner(plan: Pick<RestorePlan, 'owner'>, command: string): string {
  return `sudo -u ${plan.owner.name} ${command}`;
}
