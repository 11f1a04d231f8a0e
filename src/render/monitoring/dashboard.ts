import { describePanel, type PanelRow } from './dashboard-panel.ts';
import { dashboardRows } from './dashboard-rows.ts';

/** Columns of Grafana's grid. */
const columns = 24;

/**
 * A dashboard of Grafana (grafana.com/docs/grafana/latest/dashboards/build-dashboards/view-dashboard-json-model), to be
 * imported or provisioned. Its data source, and which stanzas and repositories it shows, are chosen on top of it.
 *
 * @param job `job_name` with which Prometheus reads Holdfast
 */
export function dashboard(job: string): string {
  const model = {
    uid: 'holdfast',
    title: 'Holdfast: PostgreSQL backups',
    description: 'Whether backups are there, whether they can be restored, and how that is known.',
    tags: ['holdfast', 'pgbackrest', 'postgresql'],
    schemaVersion: 39,
    version: 1,
    editable: true,
    graphTooltip: 1,
    refresh: '1m',
    time: { from: 'now-24h', to: 'now' },
    timezone: 'browser',
    templating: { list: variables(job) },
    panels: placePanels(dashboardRows),
  };
  return `${JSON.stringify(model, undefined, 2)}\n`;
}

function variables(job: string): readonly object[] {
  const ofPrometheus = { type: 'prometheus', uid: '${datasource}' };
  const choice = (name: string, query: string): object => ({
    name,
    label: name,
    type: 'query',
    datasource: ofPrometheus,
    query: { query, refId: name },
    definition: query,
    refresh: 2,
    sort: 1,
    multi: true,
    includeAll: true,
    allValue: '.*',
    current: { selected: true, text: ['All'], value: ['$__all'] },
  });
  return [
    { name: 'datasource', label: 'data source', type: 'datasource', query: 'prometheus', current: {} },
    { name: 'job', type: 'constant', hide: 2, query: job, current: { text: job, value: job } },
    choice('stanza', 'label_values(holdfast_repositories_known, stanza)'),
    choice('repository', 'label_values(holdfast_archive_known{stanza=~"$stanza"}, repository)'),
  ];
}

/** From left to right, and below what is highest when there is no room left. */
function placePanels(rows: readonly PanelRow[]): readonly object[] {
  const placed: object[] = [];
  let y = 0;
  for (const row of rows) {
    placed.push({
      id: placed.length + 1,
      type: 'row',
      title: row.title,
      collapsed: false,
      gridPos: { x: 0, y, w: columns, h: 1 },
      panels: [],
    });
    y += 1;
    let [x, height] = [0, 0];
    for (const panel of row.panels) {
      if (x + panel.width > columns) {
        y += height;
        [x, height] = [0, 0];
      }
      placed.push(describePanel(panel, { id: placed.length + 1, x, y }));
      x += panel.width;
      height = Math.max(height, panel.height);
    }
    y += height;
  }
  return placed;
}
