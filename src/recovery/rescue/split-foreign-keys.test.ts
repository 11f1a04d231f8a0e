import { describe, expect, it } from 'vitest';
import { splitForeignKeys } from './split-foreign-keys.ts';

const entry = (name: string, type: string, body: string): string =>
  `--\n-- Name: ${name}; Type: ${type}; Schema: public; Owner: postgres\n--\n\n${body}\n\n\n`;

describe('the end of a dump', () => {
  it('has its foreign keys behind everything else, both with the settings', () => {
    const head = '--\n-- PostgreSQL database dump\n--\n\nSET search_path = x;\n\n';
    const key = entry('a a_pkey', 'CONSTRAINT', 'ALTER TABLE a ADD PRIMARY KEY (id);');
    const foreign = entry(
      'a b; Type: odd',
      'FK CONSTRAINT',
      'ALTER TABLE a ADD FOREIGN KEY (b) REFERENCES b;',
    );
    const trigger = entry('a t', 'TRIGGER', 'CREATE TRIGGER t …;');
    const dump = `\\restrict abc\n${head}${key}${foreign}${trigger}\\unrestrict abc\n`;
    const { others, foreignKeys } = splitForeignKeys(dump);
    expect(others).toBe(`${head}${key}${trigger}`);
    expect(foreignKeys).toBe(`${head}${foreign}`);
  });
});
