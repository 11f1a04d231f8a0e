/** What `holdfast render` can write, in the order of its help; src/render has a folder for each. */
export const renderTargets = [
  { name: 'pgbackrest', summary: 'pgbackrest.conf for one host; `holdfast setup` puts it in place' },
  {
    name: 'monitoring',
    summary: 'alerting rules for Prometheus, with thresholds from objectives and schedules: docs/alerts.md',
  },
  {
    name: 'patroni',
    summary:
      'settings of a cluster for its DCS, and what each member needs in patroni.yml, which --into edits: docs/deploy-ansible.md',
  },
  {
    name: 'runbook',
    summary: 'the runbook as Markdown, page and JSON, of what the file says alone: docs/runbook.md',
  },
] as const;

export type RenderTargetName = (typeof renderTargets)[number]['name'];
