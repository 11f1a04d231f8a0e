const words: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'the connection was refused',
  ECONNRESET: 'the connection was cut',
  EPIPE: 'the connection was cut',
  ENOTFOUND: 'the name of the host is not known',
  EAI_AGAIN: 'the name of the host cannot be looked up now',
  ETIMEDOUT: 'the connection timed out',
  EHOSTUNREACH: 'there is no way to the host',
  ENETUNREACH: 'there is no way to the host',
  ENOENT: 'caFile is not there',
  EACCES: 'caFile cannot be read',
  ERR_PROXY_TUNNEL: 'the proxy did not connect',
};

/** Errors of TLS that mean that the other side could not prove who it is. */
const distrust = /CERT|SIGNATURE|ALTNAME|ISSUER/;

/**
 * Why a receiver could not be reached, without its address: the text of an error may have a URL in it.
 *
 * @param seconds how long the attempt might take
 */
export function describeNetworkError(error: unknown, signal: AbortSignal, seconds: number): string {
  if (signal.aborted) return `no answer within ${seconds} s`;
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  if (code === undefined) return 'it cannot be reached';
  if (words[code] !== undefined) return words[code];
  if (distrust.test(code)) return `its certificate is not trusted (${code})`;
  return `it cannot be reached (${code})`;
}
