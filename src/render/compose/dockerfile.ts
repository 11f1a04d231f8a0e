import { quoteForShell } from '../../model/quote-for-shell.ts';
import { type ComposeSite, places } from './compose-site.ts';

/** One image for the database and for Holdfast, so that their pgBackRest is the same. */
export function dockerfile(site: ComposeSite): string {
  const { major, settings, call, node } = site;
  const directories = [
    site.dataMount,
    site.socketDirectory,
    places.engine,
    places.shared,
    places.log,
    places.secrets,
    site.configuration.stateDirectory,
    ...site.repositories.map(({ path }) => path),
  ];
  return `ARG BASE_IMAGE=${site.baseImage}
ARG NODE_IMAGE=${settings.nodeImage}

FROM \${NODE_IMAGE} AS node

FROM \${BASE_IMAGE}
ARG HOLDFAST_PACKAGE=${site.package}
# The user is made before the packages would: files in volumes keep their number whatever an image is built on.
RUN set -eu; \\
    groupadd --system --gid ${settings.uid} postgres; \\
    useradd --system --uid ${settings.uid} --gid ${settings.uid} --home-dir /var/lib/postgresql --shell /bin/sh postgres; \\
    export DEBIAN_FRONTEND=noninteractive; \\
    apt-get update; \\
${source(site)}    mkdir -p /etc/postgresql-common/createcluster.d; \\
    echo 'create_main_cluster = false' >/etc/postgresql-common/createcluster.d/none.conf; \\
    apt-get install -y --no-install-recommends ca-certificates util-linux tzdata \\
      postgresql-${major} 'pgbackrest=${call.version.text}*'; \\
    rm -rf /var/lib/apt/lists/* /var/lib/postgresql/* /etc/pgbackrest.conf; \\
    pgbackrest version

COPY --from=node /usr/local/bin/node /usr/local/bin/node
ADD \${HOLDFAST_PACKAGE} /opt/holdfast/
# ADD unpacks what is a file here, and not what it fetches.
RUN set -eu; \\
    cd /opt/holdfast; \\
    for archive in *.tgz; do [ ! -f "$archive" ] || { tar -xzf "$archive"; rm "$archive"; }; done; \\
    ln -s /opt/holdfast/package/bin/holdfast /usr/local/bin/holdfast; \\
    holdfast version

COPY --chmod=0755 image/ /usr/local/bin/
RUN install -d -m 0700 -o postgres -g postgres ${directories.map(quoteForShell).join(' ')}

ENV PATH=${site.programs}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \\
    LANG=C.UTF-8 \\
    HOME=/tmp \\
    PGHOST=${dockerWord(site.socketDirectory)} \\
    PGPORT=${node.port} \\
    PGDATA=${dockerWord(node.path)}
USER ${settings.uid}:${settings.uid}
CMD ["start-holdfast"]
`;
}

/** The script of the PostgreSQL project that adds its source of packages is in Debian's own postgresql-common. */
function source({ settings }: ComposeSite): string {
  if (settings.packages === 'debian') return '';
  return `    apt-get install -y --no-install-recommends ca-certificates postgresql-common; \\
    /usr/share/postgresql-common/pgdg/apt.postgresql.org.sh -y; \\
`;
}

/** A value of ENV, where quotes are taken away and a dollar sign begins a variable: docs.docker.com, Dockerfile reference. */
function dockerWord(text: string): string {
  return `"${text.replaceAll(/["\\$]/g, String.raw`\$&`)}"`;
}
