import { type ComposeSite, places } from './compose-site.ts';

/** README.md of the project, for whoever finds it at 3 in the morning. */
export function readme(site: ComposeSite): string {
  const { project, stanza, secrets, settings, files } = site;
  const name = stanza.name;
  return `# ${project}: PostgreSQL ${site.major} with its backups

Made of holdfast.yaml by \`holdfast render compose\`. Two containers of one image: \`db\` runs PostgreSQL and archives its WAL with
pgBackRest, \`holdfast\` takes the backups, watches, proves and restores. ${secrets.size === 0 ? '`configure` runs' : '`secrets` and `configure` run'} before them, for a moment. With \`holdfast\` stopped,
archiving goes on.

## First

1. Put Holdfast itself here as \`${site.package}\`: \`npm pack\` in its checkout makes it. (Not needed where that is an address.)
${secrets.size === 0 ? '' : `2. The secrets lie in \`secrets/\` (${[...secrets.keys()].map((key) => `\`${key}\``).join(', ')}), which no repository of yours must have. Each is a file that holds the value alone.\n`}${files.length === 0 ? '' : `3. These files of this machine are read in the containers, and user ${settings.uid} must be allowed to read them: ${files.map((path) => `\`${path}\``).join(', ')}.\n`}
\`make deploy\` builds the image, starts everything, and comes back when the first backup is there. Limits and versions can be changed in \`.env\`: \`.env.example\` has all
names. After a change of holdfast.yaml: \`holdfast render compose --out .\`, then \`make deploy\`, or \`make reload\` where only schedules and retention changed.

## Everything as plain commands

They are the same in PowerShell, in a POSIX shell, and on any machine with Docker.

| make | does |
|---|---|
| \`deploy\` | \`docker compose build\`, \`docker compose up --detach --wait\` |
| \`status\` | \`docker compose exec holdfast holdfast status\` |
| \`backup\` | \`docker compose exec holdfast holdfast backup --type full --stanza ${name}\` |
| \`backup-info\` | \`docker compose exec holdfast holdfast info\` |
| \`backup-check\` | \`docker compose exec holdfast holdfast check\` |
| \`drill\` | \`docker compose exec holdfast holdfast drill --target latest --stanza ${name}\` |
| \`logs\` | \`docker compose logs --follow\` |
| \`down\` | \`docker compose down\` (never with \`--volumes\`: that deletes the database, and backups in volumes) |

A restore is three commands. The first stops the database; the second shows its plan, asks for the name of the stanza, keeps the old data directory, and proves the result; the third
starts the database.

\`\`\`
docker compose stop db
docker compose exec holdfast holdfast restore --stanza ${name} --to latest
docker compose start db
\`\`\`

| make | the second command |
|---|---|
| \`restore-latest\` | \`docker compose exec holdfast holdfast restore --stanza ${name} --to latest\` |
| \`restore-backup BACKUP_SET=20240101-120000F\` | \`docker compose exec holdfast holdfast restore --stanza ${name} --to immediate --set 20240101-120000F\` |
| \`restore-pitr TARGET="2024-01-01 12:00:00"\` | \`docker compose exec holdfast holdfast restore --stanza ${name} --to "2024-01-01 12:00:00" --timezone UTC\` |
| \`restore-undo\` | \`docker compose exec holdfast holdfast undo\` |

Where the second command fails, do the third all the same: if nothing was changed, the database is as it was. If a restore stands half way, \`db\` refuses to start and its log
(\`docker compose logs db\`) says the two commands that finish or undo it. A restore is refused while \`db\` runs, and \`db\` waits while a restore runs: both hold one lock in the volume.

On a new machine with the same repository: \`make deploy\` (or \`docker compose up --detach\`) leaves \`db\` without a cluster, because it will not put an empty one in the place of yours; then \`make
restore-latest\`.

## What is where

| volume | holds |
|---|---|
| \`data\` | ${site.dataMount}: the data directory, and the one before the last restore until you remove it |
${site.repositories.map(({ volume, path }) => `| \`${volume}\` | ${path}: backups and WAL. On the same disk as the database it dies with it: have another repository elsewhere |\n`).join('')}| \`state\` | ${site.configuration.stateDirectory}: the journal of Holdfast, and the copies that drills make |
| \`engine\` | ${places.engine}: configuration of pgBackRest, written by \`configure\` |
| \`pgbackrest\`, \`log\`, \`socket\` | locks and queue, logs, the Unix socket |
${secrets.size === 0 ? '' : `| \`secrets\` | ${places.secrets}: the secrets, readable for postgres alone |\n`}
PostgreSQL listens ${settings.publish === undefined ? 'in the network `database` of this project only' : `on ${settings.publish} of this machine`}. Its settings are in \`configuration/postgresql.conf\`; \`ALTER SYSTEM\` works as ever.
`;
}
