/** Certificate, key and authorities with which pgBackRest on this host speaks TLS. Times are epoch milliseconds. */
export interface CertificateObservation {
  /** What shows it. */
  readonly use: string;
  readonly certificateFile: string;
  readonly keyFile: string;
  readonly caFile: string;
  /** Common name; undefined when it could not be read. */
  readonly name: string | undefined;
  readonly notBefore: number | undefined;
  readonly notAfter: number | undefined;
  /** End of the authority that signed it. */
  readonly authorityNotAfter: number | undefined;
  /** Permissions of the key where they let others use it, so that pgBackRest refuses it; undefined: they do not. */
  readonly openKeyMode: number | undefined;
  /** Why TLS with them fails whatever the time is. */
  readonly problem: string | undefined;
  /** A file that whoever looked may not read. */
  readonly unreadable?: string | undefined;
}
