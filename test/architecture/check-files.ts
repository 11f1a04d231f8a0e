import { forbiddenFolders, mostLinesOfCode, shell } from './borders.ts';
import { isTest, type SourceFile } from './source-tree.ts';

/** Files with more lines of code than a reader takes in at once. */
export function checkBudget(files: readonly SourceFile[]): readonly string[] {
  return files
    .filter((file) => file.linesOfCode > mostLinesOfCode)
    .map((file) => `${file.path}: ${file.linesOfCode} lines of code, at most ${mostLinesOfCode}`);
}

/** Lines of code of the file in the middle. */
export function medianLines(files: readonly SourceFile[]): number {
  const lines = files.map((file) => file.linesOfCode).toSorted((left, right) => left - right);
  return lines[Math.floor(lines.length / 2)] ?? 0;
}

/** Names that are not kebab-case, and folders whose name says nothing. */
export function checkNames(files: readonly SourceFile[]): readonly string[] {
  return files.flatMap((file) => {
    const parts = file.path.replace(/(?:\.test)?\.ts$/, '').split('/');
    const odd = parts.filter((part) => !/^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(part));
    const drawers = parts.slice(0, -1).filter((part) => forbiddenFolders.includes(part));
    return [
      ...odd.map((part) => `${file.path}: ${part} is not kebab-case`),
      ...drawers.map((part) => `${file.path}: a folder called ${part} says nothing about its files`),
    ];
  });
}

/** Default exports, and files that only pass on what others export. */
export function checkExports(files: readonly SourceFile[]): readonly string[] {
  return files.flatMap((file) => {
    const problems: string[] = [];
    if (/(?<![\w$.])export\s+default\b|\bas\s+default\b/.test(file.code)) problems.push('default export');
    if (/(?<![\w$.])export\s*(?:type\s*)?\*/.test(file.code)) problems.push('barrel: export *');
    if (/(?:^|\/)index\.ts$/.test(file.path)) problems.push('barrel: index.ts');
    if (onlyReexports(file)) problems.push('barrel: nothing but re-exports');
    return problems.map((problem) => `${file.path}: ${problem}`);
  });
}

function onlyReexports({ code }: SourceFile): boolean {
  const reexport = /export\s*(?:type\s*)?\{[^}]*\}\s*from\s*(["'])\s*\1;?/g;
  return reexport.test(code) && code.replaceAll(reexport, '').trim() === '';
}

/** Each thing that enters only through the shell, and how to recognize it in code. */
const ambient: Readonly<Record<string, RegExp>> = {
  'the environment': /(?<![\w$.])process\s*\.\s*env\b/,
  'the clock': /(?<![\w$.])(?:Date\s*\.\s*now\b|new\s+Date\s*(?:\(\s*\)|(?![\s(\w$])))/,
  randomness: /(?<![\w$.])Math\s*\.\s*random\b|(?<![\w$])(?:randomUUID|randomBytes|randomInt)\b/,
  'the console': /(?<![\w$.])console\s*\.|(?<![\w$.])process\s*\.\s*(?:stdout|stderr|stdin)\b/,
  'the arguments or the exit': /(?<![\w$.])process\s*\.\s*(?:argv|exit|exitCode)\b/,
};

/** Time, randomness, the environment and the console outside of the shell. */
export function checkAmbient(files: readonly SourceFile[]): readonly string[] {
  return files
    .filter(
      (file) => !isTest(file) && !shell.some((place) => file.path === place || file.path.startsWith(place)),
    )
    .flatMap((file) =>
      Object.entries(ambient)
        .filter(([, pattern]) => pattern.test(file.code))
        .map(([what, pattern]) => `${file.path}:${lineOf(file.code, pattern)}: touches ${what}`),
    );
}

function lineOf(code: string, pattern: RegExp): number {
  return code.slice(0, code.search(pattern)).split('\n').length;
}
