import { describe, expect, it } from 'vitest';
import { judgeGeneratedText, writeGeneratedText, type CommentForm } from './conf-text.ts';

const write = (body: string, form?: CommentForm): string =>
  writeGeneratedText(body, '/etc/holdfast/holdfast.yaml', 'Do not edit.', form);

describe('a generated text', () => {
  it.each<readonly [CommentForm, string]>([
    ['hash', 'key: value\n'],
    ['hash', '#!/bin/sh\nexit 0\n'],
    ['hash', '# syntax=docker/dockerfile:1\nFROM debian\n'],
    ['markup', '<!doctype html>\n<p>text</p>\n'],
    ['markup', '# Title\n\ntext\n'],
    ['json', '{\n  "title": "Holdfast"\n}\n'],
  ])('as %s is known again: %j', (form, body) => {
    const text = write(body, form);
    expect(judgeGeneratedText(text)).toBe('untouched');
    expect(judgeGeneratedText(text.replace(/text|value|exit|debian|"Holdfast"/, '"other"'))).toBe('edited');
    expect(judgeGeneratedText(body)).toBe('foreign');
  });

  it('begins with what must be the first line', () => {
    expect(write('#!/bin/sh\nexit 0\n').split('\n')[0]).toBe('#!/bin/sh');
    expect(write('<!DOCTYPE html>\n<p>', 'markup').split('\n')[0]).toBe('<!DOCTYPE html>');
  });

  it('stays JSON', () => {
    expect(JSON.parse(write('{\n  "title": "a"\n}\n', 'json'))).toMatchObject({ title: 'a' });
  });
});
