/**
 * The program behind `command=` of an authorized key. pgBackRest starts itself on the other host with a process role at
 * the end (`archive-push:remote`, `backup:remote`; src/protocol/helper.c); nothing else is let through, and only for the
 * stanzas that the key is for. The words are split at blanks and never seen by a shell.
 *
 * `info` and `server-ping` of all stanzas (no `--stanza`) are let through: they read.
 *
 * @param program pgbackrest, absolute
 */
export function sshGate(program: string): string {
  return `#!/bin/sh
# Usage, in authorized_keys: restrict,command="THIS main,other" ssh-ed25519 ...
# Starts pgBackRest for the stanzas given, in the role of the other side of a connection, and nothing else.
set -f
allowed=",$1,"
refuse() {
  echo "pgbackrest-gate: $1" >&2
  exit 126
}
case "\${SSH_ORIGINAL_COMMAND:-}" in
  '') refuse 'this key is for pgBackRest only' ;;
  *[!A-Za-z0-9_@%+=:,./\\ ~-]*) refuse 'the command has a character that pgBackRest does not send' ;;
esac
# Split at blanks on purpose; set -f keeps patterns what they are.
set -- $SSH_ORIGINAL_COMMAND
# The first word is the program as the other side calls it: ours is taken.
shift
stanza=''
role=''
for word in "$@"; do
  case "$word" in
    --stanza=*) stanza="\${word#--stanza=}" ;;
    --*) ;;
    *) role="$word" ;;
  esac
done
case "$role" in
  *:remote) ;;
  *) refuse 'only the remote side of pgBackRest is started by this key' ;;
esac
case "$role" in
  stanza-delete:*) refuse 'a stanza is deleted where its repository lies' ;;
  info:remote | repo-ls:remote) [ -n "$stanza" ] || exec ${program} "$@" ;;
esac
case "$allowed" in
  *",$stanza,"*) exec ${program} "$@" ;;
esac
refuse 'this key is not for that stanza'
`;
}
