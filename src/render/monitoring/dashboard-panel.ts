/** What a panel shows a number as: units of Grafana. */
export type Unit =
  | 'none'
  | 's'
  | 'bytes'
  | 'Bps'
  | 'currencyUSD'
  | 'short'
  | 'dateTimeFromNow'
  | 'percentunit'
  | 'ops'
  | 'bool_yes_no';

export interface PanelQuery {
  /** PromQL with `$stanza` and `$repository`. */
  readonly expr: string;
  /** Name of each series: `{{stanza}} {{repository}}`. */
  readonly legend: string;
}

/** One panel, before it has a place. */
export interface Panel {
  readonly title: string;
  readonly description: string;
  readonly form: 'stat' | 'timeseries' | 'table';
  readonly unit: Unit;
  readonly queries: readonly PanelQuery[];
  /** Of 24 columns. */
  readonly width: number;
  readonly height: number;
  /** From which value on what color; the first holds from the lowest on. */
  readonly thresholds?: readonly (readonly [number | null, 'green' | 'yellow' | 'red'])[] | undefined;
}

/** Panels under one heading. */
export interface PanelRow {
  readonly title: string;
  readonly panels: readonly Panel[];
}

const datasource = { type: 'prometheus', uid: '${datasource}' } as const;

/** A panel as Grafana's JSON model has it. */
export function describePanel(
  panel: Panel,
  place: { readonly id: number; readonly x: number; readonly y: number },
): object {
  const { title, description, form, unit, queries, width, height, thresholds } = panel;
  const instant = form !== 'timeseries';
  const steps = (thresholds ?? [[null, 'green']]).map(([value, color]) => ({ color, value }));
  return {
    id: place.id,
    type: form,
    title,
    description,
    datasource,
    gridPos: { x: place.x, y: place.y, w: width, h: height },
    targets: queries.map(({ expr, legend }, index) => ({
      refId: String.fromCodePoint(65 + index),
      datasource,
      expr,
      legendFormat: legend,
      range: !instant,
      instant,
      format: form === 'table' ? 'table' : 'time_series',
    })),
    fieldConfig: {
      defaults: {
        unit,
        color: { mode: form === 'timeseries' ? 'palette-classic' : 'thresholds' },
        thresholds: { mode: 'absolute', steps },
        ...(form === 'timeseries' ? { custom: { lineWidth: 1, fillOpacity: 5, showPoints: 'never' } } : {}),
      },
      overrides: [],
    },
    options: optionsOf(form),
  };
}

function optionsOf(form: Panel['form']): object {
  if (form === 'table') return { showHeader: true, cellHeight: 'sm' };
  if (form === 'stat') {
    return {
      reduceOptions: { calcs: ['lastNotNull'], fields: '', values: false },
      colorMode: 'background',
      graphMode: 'none',
      textMode: 'auto',
    };
  }
  return {
    legend: { displayMode: 'list', placement: 'bottom', showLegend: true },
    tooltip: { mode: 'multi' },
  };
}
