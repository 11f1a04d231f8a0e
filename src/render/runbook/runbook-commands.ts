import { plainWords, type CommonArguments } from '../../engine/engine-arguments.ts';
import { quoteForShell } from '../../model/quote-for-shell.ts';
import type { RunbookSite } from './runbook-site.ts';
import type { Placeholder, RunbookStep } from './runbook.ts';

/** `<NAME>` in a command. */
export function blank(placeholder: Placeholder): string {
  return `<${placeholder.name}>`;
}

export const moment: Placeholder = {
  name: 'MOMENT',
  meaning: 'the moment, with its zone as an offset: 2026-11-20 10:30:00+00',
};
export const timeline: Placeholder = {
  name: 'TIMELINE',
  meaning: 'the number that the first step shows: the timeline that production was on',
};
export const table: Placeholder = { name: 'TABLE', meaning: 'the table, with its schema: public.orders' };
export const database: Placeholder = { name: 'DATABASE', meaning: 'the database that the table is in: shop' };

/** A step that is done in a shell. */
export function step(
  title: string,
  commands: readonly string[],
  { asks = false, mayFail = false }: { readonly asks?: boolean; readonly mayFail?: boolean } = {},
): RunbookStep {
  return { title, commands, asks, mayFail };
}

const usualFile = '/etc/holdfast/holdfast.yaml';

/** `holdfast WORDS` for this installation. @param words as they are typed, quoted where they must be */
export function holdfast({ configuration, stanza }: RunbookSite, words: string): string {
  const file = configuration.file === usualFile ? '' : ` --config ${quoteForShell(configuration.file)}`;
  const needsStanza = configuration.stanzas.length > 1;
  return `holdfast ${words}${file}${needsStanza ? ` --stanza ${quoteForShell(stanza.name)}` : ''}`;
}

/** A command as another user: runuser(1) is part of util-linux and so on every host, also where there is no sudo. */
export function asUser({ configuration }: RunbookSite, user: string, command: string): string {
  return configuration.deploy.runbook.shellUser === 'engine'
    ? command
    : `runuser -u ${quoteForShell(user)} -- ${command}`;
}

/** A command as the owner of the data directory. */
export function asOwner(site: RunbookSite, command: string): string {
  return asUser(site, site.node.osUser, command);
}

/** A new directory that belongs to the owner of the data directory. */
export function makeDirectory(site: RunbookSite, ...paths: readonly string[]): string {
  return `install -d -m 0700${ownedBy(site, site.node.osUser)} ${paths.map(quoteForShell).join(' ')}`;
}

/** A new directory that belongs to the user of pgBackRest. */
export function makeEngineDirectory(site: RunbookSite, ...paths: readonly string[]): string {
  const user = site.configuration.engine.user;
  return `install -d -m 0750${ownedBy(site, user)} ${paths.map(quoteForShell).join(' ')}`;
}

/** Options of install(1) that give what it makes to a user; only root can give. */
export function ownedBy({ configuration }: RunbookSite, user: string): string {
  if (configuration.deploy.runbook.shellUser === 'engine') return '';
  return ` -o ${quoteForShell(user)} -g "$(id -gn ${quoteForShell(user)})"`;
}

/** pgBackRest for this stanza. @param args the command first */
export function engine(site: RunbookSite, args: readonly string[], common: CommonArguments = {}): string {
  const { engine: settings } = site.configuration;
  return asUser(site, settings.user, plainWords({ settings }, args, { stanza: site.stanza.name, ...common }));
}

/** Where psql connects to; the server of production unless told otherwise. */
export interface Connection {
  readonly socket?: string | undefined;
  /** Quoted where it must be. */
  readonly database?: string | undefined;
}

/** Options by which every client program connects. */
export function connection(
  { node, server }: RunbookSite,
  { socket, database: name }: Connection = {},
): string {
  const role = node.databaseUser === undefined ? '' : ` -U ${quoteForShell(node.databaseUser)}`;
  const host = quoteForShell(socket ?? server.socketDirectory);
  return `-h ${host} -p ${node.port}${role} -d ${name ?? quoteForShell(node.database)}`;
}

/** One statement, its answer as bare text. */
export function sql(site: RunbookSite, statement: string, where: Connection = {}): string {
  return asOwner(
    site,
    `psql -X -At -v ON_ERROR_STOP=1 ${connection(site, where)} -c ${quoteForShell(statement)}`,
  );
}

/** A program of PostgreSQL's own directory, as the owner of the data directory. */
export function program(site: RunbookSite, words: string): string {
  return asOwner(site, `${site.server.binDirectory}/${words}`);
}

/** Starts production's server. */
export function startServer(site: RunbookSite): string {
  const { control, configFile } = site.server;
  if (control.kind !== 'pg_ctl') return byUnit(control, 'start');
  const config = configFile === undefined ? '' : ` -o ${quoteForShell(`-c config_file=${configFile}`)}`;
  const log = quoteForShell(`${site.configuration.engine.logDirectory}/${site.stanza.name}-server.log`);
  return program(site, `pg_ctl -D ${quoteForShell(site.node.path)} -w -t 3600 -l ${log}${config} start`);
}

function byUnit(
  control: Exclude<RunbookSite['server']['control'], { readonly kind: 'pg_ctl' }>,
  verb: 'start' | 'stop',
): string {
  return control.kind === 'systemd'
    ? `systemctl ${verb} ${quoteForShell(control.unit)}`
    : `pg_ctlcluster ${control.version} ${quoteForShell(control.cluster)} ${verb}`;
}

/** Stops production's server; nothing happens where it is down. */
export function stopServer(site: RunbookSite): string {
  const { control } = site.server;
  if (control.kind !== 'pg_ctl') return byUnit(control, 'stop');
  const data = quoteForShell(site.node.path);
  return `if ${program(site, `pg_ctl -D ${data} status`)} >/dev/null 2>&1; then ${program(site, `pg_ctl -D ${data} -m fast -w stop`)}; fi`;
}

/** Stops production's server, from the machine where it runs in a container of its own. */
export function stopSteps(site: RunbookSite): readonly RunbookStep[] {
  const { stop } = site.configuration.deploy.runbook;
  return stop === undefined
    ? [step('Stop the server', [stopServer(site)])]
    : [step('In another shell, on the machine itself: stop the server', [stop])];
}

/** Starts it again where it has to run: after it was recovered in another container it is stopped there first. */
export function startSteps(site: RunbookSite, recovered = false): readonly RunbookStep[] {
  const { start } = site.configuration.deploy.runbook;
  if (start === undefined) return recovered ? [] : [step('Start the server', [startServer(site)])];
  return [
    ...(recovered ? [step('Stop it here, where it was only recovered', [stopServer(site)])] : []),
    step('In the other shell: start the server', [start]),
  ];
}

/** Where the plain ways keep the old data directory. */
export function asidePath({ node }: RunbookSite): string {
  return `${node.path}.before`;
}

/** Moves a directory, and never into another one that has the name already. */
export function move(from: string, to: string): string {
  return `mv -T ${quoteForShell(from)} ${quoteForShell(to)}`;
}
