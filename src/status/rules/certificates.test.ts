import { describe, expect, it } from 'vitest';
import type { CertificateObservation } from '../certificate-observation.ts';
import { assessCertificates } from './certificates.ts';

const day = 86_400_000;
const now = Date.UTC(2026, 10, 20);

function seen(change: Partial<CertificateObservation>): CertificateObservation {
  return {
    use: 'the TLS server',
    certificateFile: '/tls/host.crt',
    keyFile: '/tls/host.key',
    caFile: '/tls/ca.crt',
    name: 'repo',
    notBefore: now - 200 * day,
    notAfter: now + 165 * day,
    authorityNotAfter: now + 3000 * day,
    openKeyMode: undefined,
    problem: undefined,
    ...change,
  };
}

const judge = (change: Partial<CertificateObservation>): readonly (readonly string[])[] =>
  assessCertificates([seen(change)], now).map(({ rule, severity, problem }) => [rule, severity, problem]);

describe('assessCertificates', () => {
  it('says nothing of a certificate that lives on', () => expect(judge({})).toEqual([]));

  it.each([
    [29, 'warning', 'the certificate expires soon'],
    [6, 'critical', 'the certificate expires soon'],
    [0, 'critical', 'the certificate has expired'],
    [-3, 'critical', 'the certificate has expired'],
  ])('judges one with %d days left', (days, severity, problem) => {
    expect(judge({ notAfter: now + days * day })).toEqual([['certificate-expires', severity, problem]]);
  });

  it('measures a short life by its length', () => {
    const notBefore = now - day;
    expect(judge({ notBefore, notAfter: now + 2 * day })).toEqual([]);
    expect(judge({ notBefore: now - 2 * day, notAfter: now + 0.9 * day })).toEqual([
      ['certificate-expires', 'warning', 'the certificate expires soon'],
    ]);
  });

  it('does not wait for the day when a clock is wrong', () => {
    expect(judge({ notBefore: now + 60_000 })).toEqual([
      ['certificate-expires', 'critical', 'the certificate is not valid yet'],
    ]);
  });

  it('names the authority when it ends first', () => {
    const [finding] = assessCertificates([seen({ authorityNotAfter: now + 20 * day })], now);
    expect(finding).toMatchObject({
      rule: 'certificate-expires',
      severity: 'warning',
      subject: 'certificate authority /tls/ca.crt',
    });
    expect(finding?.remedy).toContain('rotate --authority');
  });

  it('tells what does not fit, a key that is open, and what could not be seen', () => {
    expect(judge({ problem: 'the key does not belong to the certificate' })).toEqual([
      ['certificate-unusable', 'critical', 'the key does not belong to the certificate'],
    ]);
    expect(judge({ openKeyMode: 0o644 })).toEqual([
      ['certificate-unusable', 'critical', 'others than its owner may use the key'],
    ]);
    const nothing = { name: undefined, notBefore: undefined, notAfter: undefined };
    expect(judge({ ...nothing, unreadable: '/tls/host.crt' })).toEqual([
      ['certificate-unknown', 'warning', 'the certificate could not be looked at'],
    ]);
  });
});
