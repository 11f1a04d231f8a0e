import { formatByteSize } from '../../model/byte-size.ts';
import { formatDuration, formatElapsed } from '../../model/duration.ts';
import type { DrillDocument } from '../drill-document.ts';
import { formatMeasure, measureNames, measures } from '../format-measures.ts';
import { drawPhases } from './draw-phases.ts';
import { drawTrend } from './draw-trend.ts';
import { Markup, markup, type MarkupPart } from './markup.ts';
import { writePage } from './write-page.ts';

export interface ReportPage {
  readonly document: DrillDocument;
  /** The document as it was signed. */
  readonly text: string;
  /** Base64. */
  readonly signature: string;
  readonly sha256: string;
  /** Drills of the same stanza and repository before it, the oldest first. */
  readonly former: readonly DrillDocument[];
  /** PEM; undefined: another key signs by now. */
  readonly publicKey: string | undefined;
}

const verdicts = {
  passed: 'passed: the backup was restored and is good',
  failed: 'failed',
  interrupted: 'interrupted: it proves nothing',
} as const;

const checkResults = {
  passed: 'passed',
  failed: 'FAILED',
  'not-done': 'not done',
  'not-applicable': 'nothing to check',
} as const;

/**
 * A page that shows a report to people: one file that names nothing outside of itself and runs nothing. Pure: the same
 * report gives the same page.
 */
export function renderReportPage(page: ReportPage): string {
  const { document } = page;
  const { drill } = document;
  const title = `Drill of ${drill.stanza}, ${drill.endedAt.slice(0, 10)}: ${drill.result}`;
  return writePage({
    title,
    body: markup`<h1>Restore drill of stanza ${drill.stanza}</h1>
<p class="verdict ${drill.result === 'passed' ? 'passed' : 'failed'}">${verdicts[drill.result]}</p>
${listProblems(drill.problems)}
${describeDrill(document)}
<h2 id="phases">Phases</h2>
${drawPhases(drill.phases)}
${tableChecks(document)}
${tableMeasures(document)}
${drawTrends(page)}
${describeSet(document)}
${describeSignature(page)}`,
  });
}

function listProblems(problems: readonly string[]): Markup | undefined {
  if (problems.length === 0) return undefined;
  return markup`<ul>${problems.map((problem) => markup`<li>${problem}</li>`)}</ul>`;
}

function describeDrill({ drill, actor, cause, holdfast, configuration, sequence }: DrillDocument): Markup {
  const { set, target } = drill;
  return tableFacts('What was done', 'done', [
    ['drill', drill.id],
    ['begun', drill.startedAt],
    ['ended', drill.endedAt],
    ['repository', drill.repository],
    ['set', set.label === '' ? 'none was chosen' : `${set.label} (${set.type}), ended ${set.endedAt}`],
    ['target', `${target.asked}: ${target.resolved}`],
    ['reached', target.reached === null ? 'not known' : `${target.reached} on timeline ${target.timeline}`],
    ['host', drill.host],
    ['who', `${actor.user} on ${actor.host} through ${actor.via}: ${cause}`],
    ['software', `Holdfast ${holdfast}, pgBackRest ${drill.engine}, PostgreSQL ${drill.postgres}`],
    ['configuration', `SHA-256 ${configuration}`],
    ['report', `number ${sequence} of this host`],
  ]);
}

function tableChecks({ drill }: DrillDocument): Markup {
  if (drill.checks.length === 0) return markup`<h2 id="checks">Checks</h2><p>No check was begun.</p>`;
  const rows = drill.checks.map(
    ({ check, result, detail, elapsedMs }) =>
      markup`<tr><th scope="row">${check}</th><td class="${result}">${checkResults[result]}</td><td>${detail}</td><td class="short">${formatElapsed(elapsedMs)}</td></tr>`,
  );
  return markup`<h2 id="checks">Checks</h2>
<table><thead><tr><th scope="col">check</th><th scope="col">result</th><th scope="col">what was seen</th><th scope="col">time</th></tr></thead><tbody>${rows}</tbody></table>`;
}

function tableMeasures({ drill, objectives }: DrillDocument): Markup {
  const { measured } = drill;
  const limits: Readonly<Record<string, number | null>> = {
    rtoSeconds: objectives.rto,
    rpoSeconds: objectives.rpo,
  };
  const rows = measures.map((measure) => {
    const value = measured[measure];
    const limit = limits[measure] ?? null;
    const isKept = value === null || limit === null ? undefined : value <= limit;
    const error =
      measure === 'rtoSeconds' && value !== null && measured.rtoError !== null
        ? ` (± ${Math.round(measured.rtoError * 100)} %, as former estimates were wrong)`
        : '';
    return markup`<tr><th scope="row">${measureNames[measure]}</th><td>${value === null ? 'not measured' : `${formatMeasure(measure, value)}${error}`}</td><td>${limit === null ? '–' : formatDuration(limit)}</td><td class="${isKept === undefined ? '' : isKept ? 'passed' : 'failed'}">${isKept === undefined ? '–' : isKept ? 'kept' : 'NOT KEPT'}</td></tr>`;
  });
  const wal = measured.walBytes === null ? 'not measured' : formatByteSize(measured.walBytes);
  return markup`<h2 id="measured">Measured</h2>
<table><thead><tr><th scope="col">measure</th><th scope="col">value</th><th scope="col">objective</th><th scope="col">kept</th></tr></thead><tbody>${rows}<tr><th scope="row">WAL replayed</th><td>${wal}</td><td>–</td><td>–</td></tr></tbody></table>`;
}

function drawTrends({ document, former }: ReportPage): Markup | undefined {
  const drills = [...former, document].map(({ drill }) => drill);
  const pictures = measures.flatMap((measure) => {
    const points = drills.map(({ endedAt, measured, result }) => ({
      at: endedAt,
      value: measured[measure],
      failed: result !== 'passed',
    }));
    return (
      drawTrend(measureNames[measure], `trend-${measure}`, points, (value) =>
        formatMeasure(measure, value),
      ) ?? []
    );
  });
  if (pictures.length === 0) return undefined;
  return markup`<h2 id="trends">Drill by drill</h2>
<div class="trends">${pictures}</div>`;
}

function describeSet({ drill, set, audit, previous }: DrillDocument): Markup {
  const annotations =
    set === null ? [] : Object.entries(set.annotations).map(([name, value]) => `${name}: ${value}`);
  return tableFacts('Evidence', 'evidence', [
    [
      'the set, as pgBackRest told it',
      set === null
        ? drill.set.label === ''
          ? 'none was chosen'
          : 'it was gone when the report was written, or pgBackRest did not answer'
        : `${set.label}, ${formatByteSize(set.bytes)}, in the repository ${formatByteSize(set.repositoryBytes)}, WAL ${set.startLsn ?? '?'} to ${set.stopLsn ?? '?'}, made by pgBackRest ${set.engine}`,
    ],
    [
      'its annotations',
      set === null ? 'not known' : annotations.length === 0 ? 'none' : annotations.join('\n'),
    ],
    ['end of the audit trail', audit === null ? 'it was empty' : `entry ${audit.sequence}, ${audit.hash}`],
    [
      'the report before',
      previous === null ? 'none: it is the first' : `${previous.id}, SHA-256 ${previous.sha256}`,
    ],
  ]);
}

function describeSignature({ document, text, signature, sha256, publicKey }: ReportPage): Markup {
  const { id } = document.drill;
  const commands = [
    `holdfast report verify ${id}.json --key report.pub`,
    `openssl pkeyutl -verify -pubin -inkey report.pub -rawin -in ${id}.json -sigfile ${id}.sig`,
    `openssl pkeyutl -verify -pubin -inkey report.pub -rawin -in ${id}.html -sigfile ${id}.html.sig`,
  ].join('\n');
  return markup`<h2 id="signature">Signature</h2>
<p>What is signed is <code>${id}.json</code>. This page has a signature of its own. Get the public key from somebody you trust, not out of this page, and type one of:</p>
<pre>${commands}</pre>
${tableFacts('Signature of the document', 'signature-facts', [
  ['key', document.key],
  ['SHA-256', sha256],
  ['Ed25519, base64', signature],
])}
${publicKey === undefined ? undefined : markup`<details><summary>The public key</summary><pre>${publicKey}</pre></details>`}
<details><summary>The document as it was signed</summary><pre id="document">${text}</pre></details>`;
}

function tableFacts(title: string, id: string, facts: readonly (readonly [string, MarkupPart])[]): Markup {
  const rows = facts.map(([name, value]) => markup`<tr><th scope="row">${name}</th><td>${value}</td></tr>`);
  return markup`<h2 id="${id}">${title}</h2>
<table class="facts"><tbody>${rows}</tbody></table>`;
}
