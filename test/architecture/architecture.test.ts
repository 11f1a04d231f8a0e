import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { borders, mostLinesOfCode } from './borders.ts';
import { checkBorders } from './check-borders.ts';
import { checkAmbient, checkBudget, checkExports, checkNames, medianLines } from './check-files.ts';
import { readSourceTree, sourceFile } from './source-tree.ts';

const root = join(import.meta.dirname, '../..');
const source = readSourceTree(join(root, 'src'));
const everything = ['src', 'test', 'scripts', 'bench'].flatMap((folder) =>
  readSourceTree(join(root, folder)),
);

describe('the source tree', () => {
  it('is seen at all', () => {
    expect(source.length).toBeGreaterThan(50);
    expect(source.flatMap((file) => file.imports).length).toBeGreaterThan(200);
  });

  it('imports along the table only', () => expect(checkBorders(source)).toEqual([]));
  it('keeps every file short', () => expect(checkBudget(everything)).toEqual([]));
  it('has names that can be guessed', () => expect(checkNames(everything)).toEqual([]));
  it('has neither default exports nor barrels', () => expect(checkExports(everything)).toEqual([]));
  it('takes time, randomness and the environment as parameters', () =>
    expect(checkAmbient(source)).toEqual([]));

  it('has a median file of about 80 lines', () => {
    const median = medianLines(source);
    console.log(`median of ${source.length} files: ${median} lines of code`);
    expect(median).toBeLessThanOrEqual(100);
  });
});

describe('the table', () => {
  it('has no cycle', () => {
    const reaches = (from: string, to: string): boolean =>
      (borders[from] ?? []).some((next) => next === to || reaches(next, to));
    expect(Object.keys(borders).filter((folder) => reaches(folder, folder))).toEqual([]);
  });
});

describe('each check finds a planted violation', () => {
  it.each([
    ['a forbidden folder', 'model/wal.ts', `import { runCommand } from '../process/run-command.ts';`],
    ['a type only', 'config/load.ts', `import type { Engine } from '../engine/engine.ts';`],
    ['over several lines', 'store/a.ts', `import {\n  a, // from 'nowhere'\n  b,\n} from '../jobs/a.ts';`],
    ['for its effect', 'engine/a.ts', `import '../cli/context.ts';`],
    ['at run time', 'postgres/a.ts', `const a = await import('../recovery/a.ts');`],
    ['passed on', 'process/a.ts', `export { a } from '../engine/a.ts';`],
    ['passed on whole', 'process/a.ts', `export * from '../engine/a.ts';`],
    ['in a test', 'model/wal.test.ts', `import { a } from '../engine/a.ts';`],
    ['other tests', 'cli/a.test.ts', `import { a } from '../../test/integration/a.ts';`],
    ['outside of src', 'cli/a.ts', `import { a } from '../../test/support/a.ts';`],
    ['after a template', 'model/a.ts', 'const a = `${`}`} //`;\nimport { b } from "../cli/b.ts";'],
    ['after a regular expression', 'model/a.ts', `const a = /['"/*]/;\nimport { b } from '../cli/b.ts';`],
    ['a reserved module', 'jobs/a.ts', `import { spawn } from 'node:child_process';`],
    ['an unknown folder', 'magic/a.ts', ''],
    ['a file beside main.ts', 'other.ts', ''],
  ])('import: %s', (_name, path, text) => {
    expect(checkBorders([sourceFile(path, text)])).toHaveLength(1);
  });

  it.each([
    [
      'what the table allows',
      'engine/a.ts',
      `import { a } from '../process/a.ts';\nimport { b } from './b.ts';`,
    ],
    ['a comment', 'model/a.ts', `// import { a } from '../cli/a.ts';\n/* import '../cli/a.ts' */`],
    ['a text', 'model/a.ts', `const a = "import { a } from '../cli/a.ts'";`],
    ['the test bed in a test', 'cli/a.test.ts', `import { a } from '../../test/support/a.ts';`],
    ['main.ts', 'main.ts', `import { run } from './cli/run-program.ts';`],
  ])('and does not mind %s', (_name, path, text) => {
    expect(checkBorders([sourceFile(path, text)])).toEqual([]);
  });

  it('budget: counts code, not comments and blank lines', () => {
    const line = 'call(); // why\n';
    const prose = '/**\n * Prose.\n */\n\n// More.\n';
    expect(checkBudget([sourceFile('a.ts', prose.repeat(200) + line.repeat(mostLinesOfCode))])).toEqual([]);
    expect(checkBudget([sourceFile('a.ts', line.repeat(mostLinesOfCode + 1))])).toHaveLength(1);
    // A text over several lines is code, also where it looks like a comment.
    expect(
      checkBudget([sourceFile('a.ts', `const a = \`${'// text\n'.repeat(mostLinesOfCode + 1)}\`;`)]),
    ).toHaveLength(1);
  });

  it.each(['model/walName.ts', 'Model/wal.ts', 'engine/utils/a.ts', 'shared/a.ts', 'cli/run_it.test.ts'])(
    'names: %s',
    (path) => expect(checkNames([sourceFile(path, '')])).toHaveLength(1),
  );

  it.each([
    ['engine/a.ts', 'export default function a() {}'],
    ['engine/a.ts', 'const a = 1;\nexport { a as default };'],
    ['engine/a.ts', `export * from './b.ts';\nexport const c = 1;`],
    ['engine/a.ts', `/** All of it. */\nexport { b } from './b.ts';\nexport type { c } from "./c.ts";`],
    ['engine/index.ts', 'export const a = 1;'],
  ])('exports: %s %s', (path, text) => {
    expect(checkExports([sourceFile(path, text)])).toHaveLength(1);
  });

  it.each([
    'const home = process.env.HOME;',
    'const { HOME } = process . env;',
    'const now = Date.now();',
    'const now = new Date();',
    'const now = new Date;',
    'const dice = Math.random();',
    `import { randomUUID } from 'node:crypto';`,
    'console.log(1);',
    'process.stdout.write("a");',
    'process.exit(1);',
  ])('ambient: %s', (text) => {
    expect(checkAmbient([sourceFile('engine/a.ts', text)])).toHaveLength(1);
    expect(checkAmbient([sourceFile('cli/a.ts', text), sourceFile('main.ts', text)])).toEqual([]);
  });

  it.each([
    'performance.now();',
    'new Date(seconds * 1000);',
    '// process.env',
    'const a = "Date.now()";',
    'my.console.log();',
  ])('and does not mind %s', (text) => expect(checkAmbient([sourceFile('engine/a.ts', text)])).toEqual([]));

  it('a tree: finds files in folders, and does not pass for seeing none', () => {
    const directory = mkdtempSync(join(tmpdir(), 'hf-architecture-'));
    try {
      expect(() => readSourceTree(directory)).toThrow(/no TypeScript/);
      mkdirSync(join(directory, 'model/deep'), { recursive: true });
      writeFileSync(join(directory, 'model/deep/a.ts'), `import { a } from '../../cli/a.ts';`);
      expect(checkBorders(readSourceTree(directory))).toEqual([
        'model/deep/a.ts:1: model/ may not import cli/',
      ]);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});
