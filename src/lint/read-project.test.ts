import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { describeFacts, readSources } from '../../test/support/describe-facts.ts';
import { integrationFiles, readIntegration } from '../../test/support/integration-documents.ts';
import { parseEngineVersion, type EngineVersion } from '../model/engine-version.ts';
import { documentKinds, LintDocument, type DocumentKind, type Place } from './lint-document.ts';
import type { LintProject } from './lint-rule.ts';
import { readProject } from './read-project.ts';

function readAs(file: string, text: string, as: DocumentKind | undefined): LintProject {
  const engineVersion = parseEngineVersion('2.45') as EngineVersion;
  return readProject([{ file, text }], { engineVersion, fileFacts: () => undefined, as });
}

/** Every place in everything that was read. */
function placesOf(project: LintProject): readonly Place[] {
  const places: Place[] = [];
  const seen = new Set<object>();
  const queue: unknown[] = [project];
  for (const value of queue) {
    if (typeof value !== 'object' || value === null || seen.has(value) || value instanceof LintDocument)
      continue;
    seen.add(value);
    if ('document' in value && 'start' in value && 'end' in value) places.push(value as Place);
    queue.push(...Object.values(value));
  }
  return places;
}

/** Letters and digits of a place that the file does not have where they are said to stand. */
function misplaced({ document, start, end }: Place): readonly string[] {
  const { root } = document;
  if (start < 0 || end < start || end > document.text.length) return [`${start} to ${end} is no range`];
  const wrong: string[] = [];
  for (let at = start; at < end; at += 1) {
    const character = document.text.charAt(at);
    if (/[\w-]/.test(character) && root.text.charAt(document.fileOffset(at)) !== character)
      wrong.push(`${character} of ${document.text.slice(start, end)}`);
  }
  return wrong;
}

describe('the five integrations', () => {
  /** `line kind` of each document in them, and how many facts of each sort there are, counted by hand. */
  const expected: Record<(typeof integrationFiles)[number], readonly string[]> = {
    '0-pigsty-supabase.md': [
      'python: 36',
      'pigsty: 42 49 157 169 174',
      'crontab: 60 195',
      'shell: 67 270 278 293 299 304 309 314 369 375 380 385 393 423 428 435',
      'environment: 107 119 144 414',
      '27 engineSettings, 36 variables, 18 commands, 2 schedules, 8 engineInvocations',
    ],
    '1-compose-scheduler.md': [
      'shell: 39 45 55 81 94 107 130 136 204',
      'environment: 176',
      '6 variables, 9 commands, 3 schedules, 5 engineInvocations',
    ],
    '2-kubernetes-compose-vm.md': [
      'shell: 43 70 87 93 181 193 204 215 225 238 274 293 313 321 327 358 385 391 403',
      'crontab: 98',
      'postgresql-conf: 114',
      'pgbackrest-conf: 137 345',
      'compose: 370',
      '17 engineSettings, 2 variables, 7 serverSettings, 24 commands, 3 schedules, 15 engineInvocations',
    ],
    '3-patroni-ansible-consul.md': [
      'ansible: 83 401',
      'patroni: 157 167',
      'systemd-unit: 185 202 219 236',
      'shell: 263 288 415 437 460 476 492 565 574 583',
      'consul: 303',
      'pgbackrest-conf: 345',
      'prometheus-rules: 510',
      '29 engineSettings, 2 variables, 5 serverSettings, 21 commands, 2 schedules, 1 claims, 20 engineInvocations',
    ],
    '4-setup-service-multicloud.md': [
      'environment: 47 72 86 93 103 112 249 263 280',
      'shell: 60 65 140 156 182 195 222 273 292 311 316 321 328 333 340 345 350 357 369',
      '30 variables, 19 commands, 1 schedules, 12 engineInvocations',
    ],
  };

  test.each(integrationFiles)('%s is read into these documents and facts', (file) => {
    expect(summarize(readSources({ file, text: readIntegration(file) }))).toEqual(expected[file]);
  });

  test.each(integrationFiles)('every fact of %s stands in the file where it is said to stand', (file) => {
    const places = placesOf(readSources({ file, text: readIntegration(file) }));
    expect(places.length).toBeGreaterThan(100);
    expect(places.flatMap(misplaced)).toEqual([]);
  });
});

/** One line for each kind of document, with the lines where they begin, and one with counts of facts. */
function summarize(project: LintProject): readonly string[] {
  const lines = new Map<string, number[]>();
  for (const { document } of project.documents.slice(1))
    lines.set(document.kind, [...(lines.get(document.kind) ?? []), document.positionOf(0).line]);
  const counts = Object.entries(describeFacts(project))
    .filter(([name]) => name !== 'documents')
    .map(([name, facts]) => `${facts.length} ${name}`);
  const invocations = `${project.engineInvocations.length} engineInvocations`;
  return [
    ...[...lines].map(([kind, starts]) => `${kind}: ${starts.join(' ')}`),
    [...counts, invocations].join(', '),
  ];
}

describe('whatever stands in a file', () => {
  const texts = integrationFiles.map(readIntegration);
  const piece = fc
    .tuple(fc.constantFrom(...texts), fc.nat(), fc.integer({ min: 40, max: 1500 }))
    .map(([text, at, length]) => text.slice(at % text.length, (at % text.length) + length));
  const inserted = fc.oneof(
    fc.constantFrom(
      '"',
      "'",
      '`',
      '{{',
      '}}',
      '{%',
      '|',
      '>',
      '%',
      '$(',
      '${',
      '#',
      '&a ',
      '*a',
      '!x ',
      '<<: ',
      '<<EOF',
    ),
    fc.constantFrom(
      '\n',
      '\r\n',
      '\t',
      '\n---\n',
      '\n```yaml\n',
      '\n~~~\n',
      ': ',
      '- ',
      '\\',
      '\u0000',
      '\uFEFF',
      '[',
      ']',
      '{',
      '}',
    ),
    fc.string({ unit: 'binary', maxLength: 4 }),
  );
  const change = fc.record({ at: fc.nat(), remove: fc.integer({ min: 0, max: 12 }), insert: inserted });
  const damaged = fc.tuple(piece, fc.array(change, { maxLength: 8 })).map(([text, changes]) =>
    changes.reduce((damage, { at, remove, insert }) => {
      const place = at % (damage.length + 1);
      return damage.slice(0, place) + insert + damage.slice(place + remove);
    }, text),
  );

  test('no reader throws, and every fact stands somewhere in the file', () => {
    fc.assert(
      fc.property(damaged, fc.constantFrom(undefined, ...documentKinds), (text, as) => {
        const project = readAs('x', text, as);
        for (const { document, start, end } of placesOf(project)) {
          expect(start).toBeGreaterThanOrEqual(0);
          expect(end).toBeGreaterThanOrEqual(start);
          expect(document.fileOffset(end)).toBeLessThanOrEqual(text.length);
          expect(document.positionOf(start).column).toBeGreaterThan(0);
        }
      }),
      { numRuns: 400 },
    );
  });

  test('line breaks of Windows change no fact', () => {
    for (const file of integrationFiles) {
      const text = readIntegration(file);
      const facts = describeFacts(readSources({ file, text: text.replaceAll('\n', '\r\n') }));
      expect(facts).toEqual(describeFacts(readSources({ file, text })));
    }
  });
});
