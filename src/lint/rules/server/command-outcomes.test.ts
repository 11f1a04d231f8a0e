import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LintDocument } from '../../lint-document.ts';
import { archiveOutcomes } from './archive-outcomes.ts';

const programs = ['pgbackrest', 'one', 'two'] as const;

let folder = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'hf-deploy-shell-'));
  for (const program of programs) {
    const archives = program === 'pgbackrest' ? '[ "$pgbackrest" = 0 ] && : > "$mark"\n' : '';
    const path = join(folder, program);
    writeFileSync(path, `#!/bin/sh\n${archives}exit $${program}\n`);
    chmodSync(path, 0o755);
  }
});

afterAll(() => rmSync(folder, { recursive: true }));

/** What the real shell makes of a command when each of the programs ends as it is told to. */
function observe(command: string, statuses: Readonly<Record<string, string>>): string {
  const mark = join(folder, 'archived');
  rmSync(mark, { force: true });
  let status = 'zero';
  try {
    execFileSync('/bin/sh', ['-c', command.replaceAll('%p', 'pg_wal/000000010000000000000001')], {
      env: { PATH: `${folder}:/usr/bin:/bin`, mark, ...statuses },
      stdio: 'ignore',
    });
  } catch {
    status = 'nonzero';
  }
  return `${status} ${existsSync(mark) ? 'archived' : 'lost'}`;
}

function predict(command: string): ReadonlySet<string> {
  const document = new LintDocument('x', { kind: 'postgresql-conf', text: command });
  const outcomes = archiveOutcomes({
    document,
    start: 0,
    end: command.length,
    value: command,
    unknown: false,
  });
  return new Set(
    (outcomes ?? []).map(({ status, archived }) => `${status} ${archived ? 'archived' : 'lost'}`),
  );
}

const { command } = fc.letrec<{ command: string; atom: string }>((tie) => ({
  atom: fc.constantFrom(
    'pgbackrest --stanza=main archive-push %p',
    'pgbackrest --stanza=main archive-push "%p" 2>&1',
    'one',
    'two -f x',
    'true',
    'false',
    'echo done',
    'exit 0',
    'exit 3',
    'set -e',
  ),
  command: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    tie('atom'),
    fc
      .tuple(tie('command'), fc.constantFrom(' && ', ' || ', '; ', ' | '), tie('command'))
      .map((parts) => parts.join('')),
    tie('command').map((inner) => `( ${inner} )`),
    tie('command').map((inner) => `{ ${inner}; }`),
    tie('atom').map((inner) => `( ! ${inner} )`),
    fc
      .tuple(tie('command'), tie('command'), tie('command'))
      .map(([clause, first, second]) => `if ${clause}; then ${first}; else ${second}; fi`),
  ),
}));

const bits = ['0', '1'] as const;
const allStatuses = bits.flatMap((pgbackrest) =>
  bits.flatMap((one) => bits.map((two) => ({ pgbackrest, one, two }))),
);

describe('commandOutcomes', () => {
  it('foresees whatever the real shell does', () => {
    fc.assert(
      fc.property(command, (text) => {
        fc.pre(text.length < 300);
        const predicted = predict(text);
        for (const statuses of allStatuses) expect(predicted).toContain(observe(text, statuses));
      }),
      { numRuns: 60 },
    );
  });

  it('foresees nothing that cannot be, when each program is called once', () => {
    const once = [
      'test -f /nowhere && exit 0 || pgbackrest --stanza=main archive-push %p',
      'one && pgbackrest --stanza=main archive-push %p',
      'one || pgbackrest --stanza=main archive-push %p || two',
      'if one; then pgbackrest --stanza=main archive-push %p; else two; fi',
      '! one || pgbackrest --stanza=main archive-push %p | true',
    ];
    for (const text of once.slice(1)) {
      expect(predict(text)).toEqual(new Set(allStatuses.map((statuses) => observe(text, statuses))));
    }
    expect(predict(once[0] as string)).toContain('zero lost');
  });
});
