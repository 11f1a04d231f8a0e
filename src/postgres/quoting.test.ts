import { assert, property, string } from 'fast-check';
import { expect, it } from 'vitest';
import { readConfiguredValue } from './debian-clusters.ts';
import { parseServerError, quoteIdentifier, quoteLiteral } from './query.ts';
import { quoteSetting } from '../model/quote-setting.ts';

it('quotes literals and names', () => {
  expect(quoteLiteral("it's")).toBe("'it''s'");
  expect(quoteLiteral('a\\b')).toBe("E'a\\\\b'");
  expect(quoteIdentifier('a"b')).toBe('"a""b"');
  expect(quoteSetting("a'b\\c\n")).toBe("'a''b\\\\c\\n'");
});

it('never lets text out of its quotes', () => {
  assert(
    property(string(), (text) => {
      const inside = quoteLiteral(text).replace(/^E/, '').slice(1, -1);
      return !/(^|[^'])'(?!')/.test(inside.replaceAll("''", ''));
    }),
  );
});

it('reads the last value of a configuration file', () => {
  const text =
    "data_directory = '/a'\n#data_directory = '/b'\nport=5433 # comment\ndata_directory '/it''s'\n";
  expect(readConfiguredValue(text, 'data_directory')).toBe("/it's");
  expect(readConfiguredValue(text, 'port')).toBe('5433');
  expect(readConfiguredValue(text, 'none')).toBeUndefined();
});

it('takes an error of the server apart without the statement', () => {
  const stderr = `psql:<stdin>:1: ERROR:  42601: syntax error at or near "PASSWRD"\nLINE 1: ALTER ROLE x PASSWRD 'geheim';\nLOCATION:  scanner_yyerror, scan.l:1176`;
  expect(parseServerError(stderr)).toEqual({
    message: 'syntax error at or near "PASSWRD"',
    sqlState: '42601',
    detail: undefined,
    hint: undefined,
  });
});
