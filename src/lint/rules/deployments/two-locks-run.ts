/** What was seen when two hosts, or two pods, with a lock directory each took a backup into one repository at once. */
export const twoLocksRun = `pgBackRest 2.60, two full backups at once with two lock-paths, as two pods have:

\`\`\`
first:   P00   INFO: new backup label = 20261121-011443F          exit code 0
second:  P00   WARN: resumable backup 20261121-011443F of same type exists -- invalid files will be removed …
         P00   INFO: new backup label = 20261121-011443F          exit code 0
\`\`\``;
