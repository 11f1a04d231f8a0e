import type { Panel, PanelQuery, Unit } from './dashboard-panel.ts';

/** Selector of a stanza. */
export const of = '{stanza=~"$stanza"}';
/** Selector of a repository of a stanza. */
export const at = '{stanza=~"$stanza", repository=~"$repository"}';
/** Names a series of a repository. */
export const where = '{{stanza}} {{repository}}';
/** One is too many. */
export const noneIsGood = [
  [null, 'green'],
  [1, 'red'],
] as const;
/** One is to be looked at. */
export const noneIsBetter = [
  [null, 'green'],
  [1, 'yellow'],
] as const;
/** 0 is a failure. */
export const oneIsWanted = [
  [null, 'red'],
  [1, 'green'],
] as const;

type Thresholds = Panel['thresholds'];

/** One number, or one for each series. */
export function stat(
  title: string,
  expr: string,
  description: string,
  options: { unit?: Unit; legend?: string; thresholds?: Thresholds } = {},
): Panel {
  const { unit = 'none', legend = '', thresholds } = options;
  return {
    title,
    description,
    form: 'stat',
    unit,
    queries: [{ expr, legend }],
    width: 4,
    height: 4,
    thresholds,
  };
}

/** Lines over time. */
export function graph(title: string, unit: Unit, queries: readonly PanelQuery[], description: string): Panel {
  return { title, description, form: 'timeseries', unit, queries, width: 12, height: 8 };
}

/** A query, whose series are named after repositories unless told. */
export const query = (expr: string, legend = where): PanelQuery => ({ expr, legend });
/** How long ago a moment was, seconds. */
export const since = (name: string, selector: string): string => `time() - ${name}${selector}`;
