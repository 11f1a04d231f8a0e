import type { Finding, Severity } from '../../model/finding.ts';
import { instant } from '../../model/instant.ts';
import type { CertificateObservation } from '../certificate-observation.ts';

const dayMs = 86_400_000;
const warnMs = 30 * dayMs;
const criticalMs = 7 * dayMs;
/** Of a certificate that lives shorter, these shares of its life. */
const warnShare = 1 / 3;
const criticalShare = 1 / 12;

/** Certificates with which hosts speak pgBackRest's TLS: when they end, every backup and all archiving between hosts ends. */
export function assessCertificates(certificates: readonly CertificateObservation[], now: number): Finding[] {
  return certificates.flatMap((seen) => [...judgeFiles(seen), ...judgeDates(seen, now)]);
}

function judgeFiles(seen: CertificateObservation): Finding[] {
  const subject = `certificate ${seen.certificateFile}`;
  if (seen.unreadable !== undefined) {
    return [
      {
        rule: 'certificate-unknown',
        severity: 'warning',
        subject,
        problem: 'the certificate could not be looked at',
        evidence: `${seen.unreadable} may not be read by whoever looked; it is used by ${seen.use}`,
        remedy: 'Look as root or as the user that runs pgBackRest.',
      },
    ];
  }
  const open = seen.openKeyMode !== undefined;
  const problem = seen.problem ?? (open ? 'others than its owner may use the key' : undefined);
  if (problem === undefined) return [];
  return [
    {
      rule: 'certificate-unusable',
      severity: 'critical',
      subject,
      problem,
      evidence: `${seen.use} uses ${seen.certificateFile}, ${seen.keyFile} and ${seen.caFile}${open ? `; the mode of the key is ${(seen.openKeyMode ?? 0).toString(8)}` : ''}`,
      remedy:
        'Put the files of this host there: `holdfast certificates install FOLDER` checks them first and sets modes and owner.',
    },
  ];
}

function judgeDates(seen: CertificateObservation, now: number): Finding[] {
  const { notBefore, notAfter, authorityNotAfter } = seen;
  if (notBefore === undefined || notAfter === undefined) return [];
  const life = notAfter - notBefore;
  const own = severityOf(notAfter - now, life);
  const findings: Finding[] = [];
  if (notBefore > now) {
    findings.push({
      rule: 'certificate-expires',
      severity: 'critical',
      subject: `certificate ${seen.certificateFile}`,
      problem: 'the certificate is not valid yet',
      evidence: `${seen.name ?? '?'} in ${seen.certificateFile} begins at ${instant(notBefore)}; the clock here says ${instant(now)}`,
      remedy: 'Set the clocks of both hosts by NTP, or make the certificate anew.',
    });
  } else if (own !== undefined) {
    findings.push({
      rule: 'certificate-expires',
      severity: own,
      subject: `certificate ${seen.certificateFile}`,
      problem: notAfter <= now ? 'the certificate has expired' : 'the certificate expires soon',
      evidence: `${seen.name ?? '?'} in ${seen.certificateFile}, which ${seen.use} shows, ${notAfter <= now ? 'ended' : 'ends'} at ${instant(notAfter)}`,
      remedy:
        'Run `holdfast certificates rotate` where the authority is, then `holdfast certificates install` on this host.',
    });
  }
  if (authorityNotAfter === undefined) return findings;
  const left = authorityNotAfter - now;
  const severity = left < criticalMs ? 'critical' : left < warnMs ? 'warning' : undefined;
  if (severity === undefined) return findings;
  return [
    ...findings,
    {
      rule: 'certificate-expires',
      severity,
      subject: `certificate authority ${seen.caFile}`,
      problem: left <= 0 ? 'the certificate authority has expired' : 'the certificate authority expires soon',
      evidence: `the authority in ${seen.caFile} that signed ${seen.certificateFile} ${left <= 0 ? 'ended' : 'ends'} at ${instant(authorityNotAfter)}`,
      remedy:
        'Begin with a new one: `holdfast certificates rotate --authority`, install on every host, `holdfast certificates rotate`, install again, `holdfast certificates retire`.',
    },
  ];
}

function severityOf(leftMs: number, lifeMs: number): Severity | undefined {
  if (leftMs < Math.min(criticalMs, lifeMs * criticalShare)) return 'critical';
  return leftMs < Math.min(warnMs, lifeMs * warnShare) ? 'warning' : undefined;
}
