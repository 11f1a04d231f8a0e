/** What `holdfast render` can write, in the order of its help; src/render has a folder for each. */
export const renderTargets = [
  { name: 'pgbackrest', summary: 'pgbackrest.conf for one host; `holdfast setup` puts it in place' },
  {
    name: 'postgresql',
    summary: 'the settings of PostgreSQL as a file for its conf.d: docs/deploy-postgresql.md',
  },
  {
    name: 'systemd',
    summary:
      'hardened units for the daemon, or a service and a timer for each line of the schedules: docs/deploy-systemd.md',
  },
  {
    name: 'cron',
    summary: 'a crontab of the system with a script for each line of the schedules: docs/deploy-cron.md',
  },
  {
    name: 'repository-host',
    summary:
      'everything of one host (--host) where a repository lies on a host of its own: docs/deploy-repository-host.md',
  },
  {
    name: 'monitoring',
    summary:
      'rules and scrape configuration for Prometheus, routes for Alertmanager, a dashboard of Grafana: docs/monitoring.md',
  },
  {
    name: 'patroni',
    summary:
      'settings of a cluster for its DCS, and what each member needs in patroni.yml, which --into edits: docs/deploy-ansible.md',
  },
  {
    name: 'compose',
    summary:
      'a Compose project: PostgreSQL with its backups and Holdfast, from one image: docs/deploy-compose.md',
  },
  {
    name: 'kubernetes',
    summary:
      'PostgreSQL with its backups as manifests for Kustomize, Holdfast beside it or as CronJobs: docs/deploy-kubernetes.md',
  },
  {
    name: 'runbook',
    summary: 'the runbook as Markdown, page and JSON, of what the file says alone: docs/runbook.md',
  },
  {
    name: 'ansible',
    summary: 'roles and playbooks for hosts with PostgreSQL, with or without Patroni: docs/deploy-ansible.md',
  },
  {
    name: 'pgo',
    summary:
      "the backups of a PostgresCluster of PGO, Crunchy Data's operator for Kubernetes: docs/deploy-pgo.md",
  },
  {
    name: 'cloudnativepg',
    summary:
      'the pgBackRest plugin of CloudNativePG, which calls itself experimental: docs/deploy-cloudnativepg.md',
  },
  {
    name: 'pigsty',
    summary:
      'variables of Pigsty, and what it has none for; --into pigsty.yml edits the inventory and leaves the rest as it is: docs/deploy-pigsty.md',
  },
] as const;

export type RenderTargetName = (typeof renderTargets)[number]['name'];
