import { describe, expect, it } from 'vitest';
import { Failure } from '../model/failure.ts';
import type { Terminal } from './terminal.ts';
import { describeError, printError } from './print-error.ts';

describe('describeError', () => {
  it('prints a failure with its hints', () => {
    const failure = new Failure('disk-full', {
      operation: 'restore stanza main',
      place: '/var',
      problem: 'no space left',
      hint: 'Free some.\nOr choose another directory.',
    });
    const described = describeError(failure, undefined);
    expect(described.exitCode).toBe(87);
    expect(described.lines).toEqual([
      'holdfast: restore stanza main (/var): no space left',
      'HINT: Free some.',
      'HINT: Or choose another directory.',
    ]);
    expect(described.json).toMatchObject({ kind: 'disk-full', code: 87 });
  });

  it('prints what is not a failure as a bug', () => {
    const described = describeError(new TypeError('x is not a function'), undefined);
    expect(described.exitCode).toBe(125);
    expect(described.lines[0]).toBe('holdfast: bug: x is not a function');
    expect(described.lines.at(-1)).toMatch(/^HINT: This is a bug in Holdfast/);
    expect(described.json).toMatchObject({ kind: 'bug', code: 125 });
  });

  it('calls a bug a bug after a stop too', () => {
    expect(describeError(new TypeError('x'), AbortSignal.abort()).exitCode).toBe(125);
    const aborted = new DOMException('stopped', 'AbortError');
    expect(describeError(aborted, AbortSignal.abort()).exitCode).toBe(130);
  });

  it('uses colors only where they are wanted', () => {
    const print = (color: boolean): string[] => {
      const lines: string[] = [];
      const note = (line: string): void => void lines.push(line);
      const streams = { printResult: note, printNote: note, printWarning: note, writeRaw: note };
      const terminal: Terminal = { ...streams, color, interactive: false, columns: 80, ask: undefined };
      const failure = new Failure('usage', { operation: 'read', problem: 'wrong', hint: 'Do it right.' });
      printError(describeError(failure, undefined), { terminal, json: false, command: undefined });
      return lines;
    };
    expect(print(false)).toEqual(['holdfast: read: wrong', 'HINT: Do it right.']);
    expect(print(true)).toEqual([
      '\u001B[1;31mholdfast: read: wrong\u001B[0m',
      '\u001B[1mHINT:\u001B[0m Do it right.',
    ]);
  });

  it('calls what failed because of a stop interrupted, and keeps what it says to do', () => {
    const failure = new Failure('engine-failed', { operation: 'run', problem: 'ended', hint: 'Resume it.' });
    const described = describeError(failure, AbortSignal.abort());
    expect(described.exitCode).toBe(130);
    expect(described.json).toMatchObject({ kind: 'interrupted', hint: 'Resume it.' });
  });
});
