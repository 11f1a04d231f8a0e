import type { EngineInvocation, Invocation } from '../../facts.ts';
import type { LintRule } from '../../lint-rule.ts';
import { isAtLeast } from '../../../model/engine-version.ts';
import { argumentNamed, callsOf, dependentOf, knownValue, pipelineOf } from './engine-calls.ts';

const verifyRun = `pgBackRest 2.45, 2.55 and 2.60, with one file of a backup overwritten by the word "garbage":

\`\`\`
$ pgbackrest --stanza=main verify; echo exit $?
exit 0
$ pgbackrest --stanza=main --output=text verify; echo exit $?
stanza: main
status: error
  backup: 20261121-005501F, status: invalid, total files checked: 966, total valid files: 965
    checksum invalid: 1
exit 0
\`\`\`

Of a good repository \`--output=text\` alone prints nothing; with \`--verbose\` it begins with \`status: ok\`.`;

export const verifyExitStatus: LintRule = {
  name: 'verify-exit-status',
  severity: 'critical',
  title: 'the exit status of verify is taken for its result',
  consequence:
    'verify exits with 0 whatever it finds: with a corrupt backup, and for a label that does not exist. A missing WAL segment ' +
    'after the last backup it does not see at all. What hangs on its exit status reports success for ever.',
  correct:
    "pgbackrest --stanza=main --output=text --verbose verify | grep -qx 'status: ok'\n# and only a restore proves that a backup can be restored",
  reproduction: verifyRun,
  source: 'pgBackRest, src/command/verify/verify.c; pgbackrest/pgbackrest issue 2502',
  *judge(project) {
    for (const { invocation } of callsOf(project, 'verify')) {
      const dependent = dependentOf(invocation);
      const isUsed = dependent !== undefined && !['true', ':'].includes(dependent.program);
      if (!isUsed && !isGuard(invocation)) continue;
      yield {
        place: invocation.place,
        problem: 'verify exits with 0 also when a backup is corrupt',
        remedy:
          'read its report (--output=text) instead of its exit status, and prove backups by restoring them.',
      };
    }
  },
};

export const verifyUnread: LintRule = {
  name: 'verify-unread',
  severity: 'advice',
  title: 'verify whose report nobody gets to see',
  consequence:
    'Without `--output=text` verify prints nothing of what it found at the usual log level, and it exits with 0 also when a ' +
    'backup is corrupt. Silence looks like success.',
  correct: 'pgbackrest --stanza=main --output=text --verbose verify',
  reproduction: verifyRun,
  source: 'pgBackRest command reference, verify, --output; issue 2502',
  *judge(project) {
    for (const call of callsOf(project, 'verify')) {
      if (argumentNamed(call, 'output') !== undefined || dependentOf(call.invocation) !== undefined) continue;
      if (isGuard(call.invocation) || pipelineOf(call.invocation).length > 1) continue;
      if (/^(?:info|detail|debug|trace)$/.test(knownValue(call, 'log-level-console') ?? '')) continue;
      yield {
        place: call.invocation.place,
        problem: 'verify says nothing of corrupt backups here, and exits with 0',
        remedy: 'add --output=text --verbose and read it; only a restore proves a backup.',
      };
    }
  },
};

export const verifySetIgnored: LintRule = {
  name: 'verify-set-ignored',
  severity: 'warning',
  title: 'verify of one backup with a version that verifies all',
  consequence:
    'Before 2.55 verify takes `--set` without a word and verifies everything, which reads every file of the repository.',
  correct: 'pgbackrest --stanza=main --output=text verify',
  reproduction: `pgBackRest 2.45, then 2.55; there is no such backup:

\`\`\`
$ pgbackrest --stanza=main --set=20990101-000000F --output=text verify
stanza: main
status: error
  backup: 20261121-005501F, status: invalid, total files checked: 966, total valid files: 965
$ pgbackrest --stanza=main --set=20990101-000000F --output=text verify
stanza: main
status: error
  backup set 20990101-000000F is not valid
\`\`\``,
  source: 'pgBackRest release notes 2.55; issue 1763',
  *judge(project) {
    if (isAtLeast(project.engineVersion, 55)) return;
    for (const call of callsOf(project, 'verify')) {
      const set = argumentNamed(call, 'set');
      if (set === undefined) continue;
      yield {
        place: set.name,
        problem: 'this version ignores --set and verifies every backup',
        remedy: 'leave it out, or use pgBackRest 2.55 or newer.',
      };
    }
  },
};

export const infoExitStatus: LintRule = {
  name: 'info-exit-status',
  severity: 'critical',
  title: 'the exit status of info is taken for the state of backups',
  consequence:
    'info exits with 0 when there is no backup, when the repository holds nothing, and when the stanza does not exist. A health ' +
    'check or a condition that is made of it is always green.',
  correct: `pgbackrest --stanza=main --output=json info | jq -e '.[0].status.code == 0'`,
  reproduction: `pgBackRest 2.45, 2.55 and 2.60:

\`\`\`
$ pgbackrest --stanza=nope info; echo exit $?
stanza: nope
    status: error (missing stanza path)
exit 0
\`\`\``,
  source: 'pgBackRest, src/command/info/info.c',
  *judge(project) {
    for (const { invocation } of callsOf(project, 'info')) {
      if (pipelineOf(invocation).length > 1 || isAssigned(invocation)) continue;
      const dependent = dependentOf(invocation);
      const isHidden = invocation.redirections.some((part) => /^(?:1?>|&>)\s*\/dev\/null/.test(part.value));
      const isUsed = dependent !== undefined && !(dependent.after === '||' && onlyTells(dependent));
      if (!isUsed && !isHidden && !isGuard(invocation)) continue;
      yield {
        place: invocation.place,
        problem: 'info exits with 0 whatever the state of the backups is',
        remedy: 'look at status.code and the age of the last backup in `info --output=json`.',
      };
    }
  },
};

export const checkAsProof: LintRule = {
  name: 'check-as-proof-of-backups',
  severity: 'warning',
  title: 'check is taken for a test of backups',
  consequence:
    'check forces a switch of WAL and waits until that segment is in the archive. It opens no backup: with a corrupt one, or ' +
    'with none at all, it succeeds.',
  correct: 'pgbackrest --stanza=main --output=text verify\n# and a restore, to prove it',
  reproduction: `pgBackRest 2.45 and 2.60, on a stanza without any backup:

\`\`\`
$ pgbackrest --stanza=main stanza-create
$ pgbackrest --stanza=main check; echo exit $?
exit 0
\`\`\``,
  source: 'pgBackRest user guide, "Check the Configuration"',
  *judge(project) {
    for (const { invocation } of callsOf(project, 'check')) {
      if (
        /\b(?:verif(?:y|ies|ying)|validat\w+)\b.*\bbackups\b|\bintegrity of (?:the |our |all )?backups?\b|\bbackups?\b.*\b(?:integrity|intact)\b/i.test(
          commentOver(invocation),
        )
      )
        yield {
          place: invocation.place,
          problem: 'check says nothing about backups: it only archives one WAL segment',
          remedy: 'verify the backups with `pgbackrest verify`, and prove them by a restore.',
        };
      const dependent = dependentOf(invocation);
      if (dependent?.after !== '&&' || !['echo', 'printf', 'logger'].includes(dependent.program)) continue;
      const said = dependent.words.map((word) => word.value).join(' ');
      if (!/\bbackups?\b.*\b(?:ok|good|valid|healthy|intact|verified|fine)\b|\bintegrity\b/i.test(said))
        continue;
      yield {
        place: invocation.place,
        problem: 'check says nothing about backups: it only archives one WAL segment',
        remedy: 'say that archiving works, and judge backups by `info --output=json` and by restoring them.',
      };
    }
  },
};

/** The comment in the line over a command; '' where there is none. */
function commentOver({ place: { document, start } }: Invocation): string {
  const line = document.text.slice(0, start).split('\n').at(-2) ?? '';
  return /^\s*#(?!!)(.*)$/.exec(line)?.[1] ?? '';
}

/** In HEALTHCHECK of a Dockerfile and ExecCondition of a unit nothing but the exit status counts. */
function isGuard(invocation: Invocation): boolean {
  const { document, start } = invocation.script.place;
  const line = document.text.slice(document.text.lastIndexOf('\n', start - 1) + 1, start);
  return /^\s*HEALTHCHECK\b|^\s*Exec(?:Condition|StartPre)\s*=/.test(line) && invocation.after !== '|';
}

/** `info || echo …`: whoever reads what info printed loses nothing by it. */
function onlyTells({ program }: Invocation): boolean {
  return ['echo', 'printf', 'true', ':'].includes(program);
}

/** `x=$(pgbackrest info) || …`: what it printed is kept and may be looked at. */
function isAssigned(invocation: EngineInvocation['invocation']): boolean {
  const { document, start } = invocation.place;
  return /=\s*["']?(?:\$\(|`)\s*$/.test(document.text.slice(Math.max(0, start - 20), start));
}
