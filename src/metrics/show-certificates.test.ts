import { expect, it } from 'vitest';
import { showOn } from '../../test/support/shown-gauges.ts';
import { showCertificates } from './show-certificates.ts';

it('tells when a certificate and its authority end, and nothing of one that could not be read', () => {
  const files = { use: 'the TLS server', keyFile: '/k', openKeyMode: undefined, problem: undefined };
  const page = showOn((gauges) =>
    showCertificates(gauges, [
      {
        ...files,
        certificateFile: '/a',
        caFile: '/ca',
        name: 'a',
        notBefore: 0,
        notAfter: 5000,
        authorityNotAfter: 9000,
      },
      {
        ...files,
        certificateFile: '/b',
        caFile: '/cb',
        name: undefined,
        notBefore: undefined,
        notAfter: undefined,
        authorityNotAfter: undefined,
      },
    ]),
  );
  const name = 'holdfast_certificate_end_timestamp_seconds';
  expect(page.value(name, { file: '/a', kind: 'host' })).toBe(5);
  expect(page.value(name, { file: '/ca', kind: 'authority' })).toBe(9);
  expect(page.has(name, { file: '/b' })).toBe(false);
});
