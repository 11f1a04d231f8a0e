import { describe, expect, it } from 'vitest';
import { catalogue } from '../../metrics/catalogue.ts';
import { judgeGeneratedText } from '../../engine/conf/conf-text.ts';
import { configuration, node, renderCall, repository, stanza } from '../../../test/support/conf-parts.ts';
import { dashboard } from './dashboard.ts';
import { monitoringTarget } from './render-monitoring.ts';

interface Model {
  readonly templating: { readonly list: readonly { readonly name: string }[] };
  readonly panels: readonly {
    readonly id: number;
    readonly type: string;
    readonly title: string;
    readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
    readonly targets?: readonly { readonly expr: string; readonly refId: string }[];
  }[];
}

const model = JSON.parse(dashboard('holdfast')) as Model;
const queries = model.panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));

describe('the dashboard', () => {
  it('names only metrics of the catalogue', () => {
    const known = new Set<string>(Object.values(catalogue).map(({ name }) => name));
    const named = queries.flatMap((expr) => expr.match(/\b(?:holdfast|pgbackrest|process)_\w+/g) ?? []);
    expect(new Set(named).size).toBeGreaterThan(30);
    expect(named.filter((name) => !known.has(name))).toEqual([]);
  });

  it('uses only variables that it has', () => {
    const variables = new Set(['__rate_interval', ...model.templating.list.map(({ name }) => name)]);
    const used = [...JSON.stringify(model.panels).matchAll(/\$\{?(\w+)/g)].map(([, name]) => name ?? '');
    expect(used.filter((name) => !variables.has(name))).toEqual([]);
    expect(new Set(used)).toEqual(variables);
  });

  it('gives each panel a number and a place of its own', () => {
    expect(new Set(model.panels.map(({ id }) => id)).size).toBe(model.panels.length);
    const taken = new Set<string>();
    for (const { title, gridPos } of model.panels) {
      expect(gridPos.x + gridPos.w, title).toBeLessThanOrEqual(24);
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x += 1) {
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y += 1) {
          expect(taken.has(`${x} ${y}`), `${title} lies on another panel`).toBe(false);
          taken.add(`${x} ${y}`);
        }
      }
    }
  });

  it('is rendered as JSON that is known again, and names the job', () => {
    const made = configuration([stanza('main', [node(undefined)], [repository(1)])]);
    const file = monitoringTarget
      .render(made, renderCall({ job: 'backups' }))
      .find(({ path }) => path.endsWith('.json'));
    expect(judgeGeneratedText(file?.content ?? '')).toBe('untouched');
    expect(JSON.parse(file?.content ?? '')).toMatchObject({ uid: 'holdfast' });
    expect(file?.content).toContain('"query": "backups"');
  });
});
