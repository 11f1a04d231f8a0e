/** What `holdfast render` can write, in the order of its help; src/render has a folder for each. */
export const renderTargets = [
  { name: 'pgbackrest', summary: 'pgbackrest.conf for one host; `holdfast setup` puts it in place' },
  {
    name: 'monitoring',
    summary: 'alerting rules for Prometheus, with thresholds from objectives and schedules: docs/alerts.md',
  },
] as const;

export type RenderTargetName = (typeof renderTargets)[number]['name'];
