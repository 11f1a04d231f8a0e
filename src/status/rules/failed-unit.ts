import type { Finding } from '../../model/finding.ts';
import { failureCodes } from '../../model/failure.ts';

/** What systemd says of a unit whose OnFailure runs (systemd.exec(5), `$MONITOR_SERVICE_RESULT` and the others). */
export interface FailedUnit {
  readonly unit: string;
  /** Of the schedule line that the unit is for; undefined: it is for none. */
  readonly stanza: string | undefined;
  /** `exit-code`, `timeout`, `signal`, `watchdog`, …; undefined before systemd 251. */
  readonly result: string | undefined;
  /** Exit code or name of the signal. */
  readonly status: string | undefined;
}

/** A unit of Holdfast has failed, and no daemon is there to say what it means. */
export function assessFailedUnit({ unit, stanza, result, status }: FailedUnit): Finding {
  const kind = Object.entries(failureCodes).find(([, code]) => String(code) === status)?.[0];
  const ended = status === undefined ? '' : `, and it ended with ${status}`;
  const named = kind === undefined ? '' : ` (${kind}, docs/failures.md)`;
  return {
    rule: 'unit-failed',
    severity: 'critical',
    subject: stanza === undefined ? `unit ${unit}` : `stanza ${stanza}, unit ${unit}`,
    ...(stanza === undefined ? {} : { stanza }),
    problem: 'the unit has failed, and what it does was not done',
    evidence:
      result === undefined
        ? 'systemd started the alert of its OnFailure'
        : `systemd says: ${result}${ended}${named}`,
    remedy: `Read \`journalctl -u ${unit} -n 50\`, then start it again: \`systemctl start ${unit}\`.`,
  };
}
