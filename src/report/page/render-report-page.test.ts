import * as fc from 'fast-check';
import { parse } from 'parse5';
import { expect, it } from 'vitest';
import { drillDay, drillReport } from '../../../test/support/drill-reports.ts';
import { canonicalJson } from '../../store/audit-hash.ts';
import { type DrillDocument, drillDocument } from '../drill-document.ts';
import { renderReportPage } from './render-report-page.ts';

const actor = { user: 'root', host: 'pg1', via: 'cli' };

function document(
  number: number,
  change: Parameters<typeof drillReport>[1] = {},
  cause = 'x',
): DrillDocument {
  return drillDocument(
    {
      report: drillReport(number, change),
      actor,
      cause,
      holdfast: '0.1.0',
      configuration: '0'.repeat(64),
      set: undefined,
      objectives: { rpo: 60, rto: 60 },
    },
    { sequence: number, previous: undefined, auditHead: undefined },
    'SHA256:x',
    drillDay,
  );
}

function render(shown: DrillDocument, former: readonly DrillDocument[] = []): string {
  const text = canonicalJson(shown);
  return renderReportPage({
    document: shown,
    text,
    signature: 'c2ln',
    sha256: '0'.repeat(64),
    former,
    publicKey: 'PEM',
  });
}

/** Names of all elements and attributes. */
function skeleton(html: string): string[] {
  const body = html.replace(/<style>[^]*?<\/style>/, '');
  return [...body.matchAll(/<(\/?[a-z!][a-z0-9]*)((?:\s+[a-zA-Z:-]+(?:="[^"<>]*")?)*)\s*\/?>/g)].map(
    ([, name, attributes = '']) =>
      `${name} ${[...attributes.matchAll(/([a-zA-Z:-]+)=?(?:"[^"]*")?/g)].map(([, one]) => one).join(' ')}`,
  );
}

/** What a browser would have to guess. */
function errorsOf(html: string): string[] {
  const errors: string[] = [];
  parse(html, { onParseError: ({ code, startLine }) => void errors.push(`${startLine}: ${code}`) });
  return errors;
}

it('shows phases, checks, measures against objectives, and former drills', () => {
  const html = render(document(3), [document(1), document(2, { result: 'failed' })]);
  expect(html).toContain('Phases of the drill, 1 min 37 s together');
  expect(html).toContain('there is no pg_amcheck');
  expect(html).toContain('NOT KEPT');
  expect(html).toContain('drill by drill</title>');
  expect(html).toContain('openssl pkeyutl -verify -pubin');
  expect(errorsOf(html)).toEqual([]);
});

it('names nothing outside of itself and runs nothing', () => {
  const html = render(document(3), [document(1), document(2)]);
  expect(html.replaceAll('xmlns="http://www.w3.org/2000/svg"', '')).not.toMatch(
    /https?:|\bsrc=|\bhref=|url\(|@import|<script|\bon\w+=/i,
  );
});

it('never takes text for markup, whatever it is', () => {
  const plain = skeleton(render(document(1)));
  const hostile = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 60 }),
    fc.constantFrom(
      '<script>alert(1)</script>',
      '"><img src=x onerror=alert(1)>',
      "' onload='x",
      '</pre></style></title><svg onload=x>',
      '&lt;b&gt;',
      '<!--',
      ']]>',
      '\u202Egnp.exe\u0000\u001b[31m',
      '$& $1 $`',
    ),
  );
  fc.assert(
    fc.property(hostile, (text) => {
      const base = drillReport(1);
      const check = {
        ...base.checks[0],
        check: 'target' as const,
        result: 'failed' as const,
        detail: text,
        elapsedMs: 1,
        facts: { [text]: text },
      };
      const shown = document(
        1,
        {
          stanza: text,
          repository: text,
          host: text,
          set: { label: `x${text}`, type: text, endedAt: text },
          target: { ...base.target, asked: text, resolved: text, reached: text },
          checks: [check, ...base.checks.slice(1)],
        },
        text,
      );
      const html = render(shown);
      expect(skeleton(html)).toEqual(plain);
      expect(html.replaceAll(/[\n\t]/g, '')).not.toMatch(/[\p{Cc}\u202A-\u202E]/u);
      expect(errorsOf(html)).toEqual([]);
    }),
  );
});
