/** Annotation of a set that must be kept: `until=2027-01-01T00:00:00Z by=anna@db1 because=before the upgrade`. */
export const pinAnnotation = 'holdfast-pin';

/** Annotation of a set from which a restore has been tried with success. Its value says when and by which run. */
export const provenAnnotation = 'holdfast-proven';

/** Why and how long a set is kept whatever the retention says. */
export interface Pin {
  /** Epoch milliseconds, or for ever. */
  readonly until: number | 'forever';
  /** `anna@db1`; undefined where it was not Holdfast that wrote it. */
  readonly by: string | undefined;
  readonly because: string | undefined;
}

/** The most characters of a reason: the value stands in the repository's backup.info, which every command reads. */
export const longestReason = 200;

/** The value of the annotation. Times in it are UTC and whole seconds. */
export function formatPin(pin: Pin): string {
  return [
    `until=${pin.until === 'forever' ? pin.until : formatTime(pin.until)}`,
    ...(pin.by === undefined ? [] : [`by=${pin.by.replaceAll(/\s+/g, '-')}`]),
    ...(pin.because === undefined ? [] : [`because=${pin.because}`]),
  ].join(' ');
}

/**
 * Reads the value of the annotation. One that makes no sense (written by hand) binds for ever: to keep a set too long
 * can be mended, to lose it cannot.
 */
export function parsePin(value: string): Pin {
  const match = /^until=(\S+)(?: by=(\S+))?(?: because=(.*))?$/s.exec(value.trim());
  const time = match?.[1] === undefined ? Number.NaN : Date.parse(match[1]);
  if (match === null || (match[1] !== 'forever' && Number.isNaN(time)))
    return { until: 'forever', by: undefined, because: value };
  return {
    until: match[1] === 'forever' ? 'forever' : time,
    by: match[2],
    because: match[3],
  };
}

/** Whether a pin still binds. `now` is epoch milliseconds. */
export function pinBinds(pin: Pin, now: number): boolean {
  return pin.until === 'forever' || pin.until > now;
}

/** The pin of a set, by its annotations. */
export function pinOf(set: { readonly annotations: Readonly<Record<string, string>> }): Pin | undefined {
  const value = set.annotations[pinAnnotation];
  return value === undefined || value === '' ? undefined : parsePin(value);
}

/** `until 2027-01-01T00:00:00Z (before the upgrade)` or `for ever`. */
export function describePin(pin: Pin): string {
  const time = pin.until === 'forever' ? 'for ever' : `until ${formatTime(pin.until)}`;
  return pin.because === undefined ? time : `${time} (${pin.because})`;
}

function formatTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace(/\.\d+Z$/, 'Z');
}
