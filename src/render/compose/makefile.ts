import { quoteForShell } from '../../model/quote-for-shell.ts';
import type { ComposeSite } from './compose-site.ts';

/** Targets of the project. Each is one or a few plain commands of Compose, which README.md has for PowerShell too. */
export function makefile({ stanza }: ComposeSite): string {
  const name = quoteForShell(stanza.name).replaceAll('$', '$$$$');
  return `# What is typed for a target is in README.md as plain commands of Compose, which do the same in PowerShell.
COMPOSE ?= docker compose
# full, diff or incr, for backup
TYPE ?= full
# Zone of TARGET where that names none
TIMEZONE ?= UTC
# YES=1 asks nothing
YES ?=
STANZA := ${name}
HOLDFAST := $(COMPOSE) exec $(if $(YES),-T) holdfast holdfast
CONSENT := $(if $(YES),--yes)
export BACKUP_SET TARGET TIMEZONE

.DEFAULT_GOAL := help
.PHONY: help deploy reload down logs status backup backup-info backup-check drill \\
  restore-latest restore-backup restore-pitr restore-undo

help: ## this list
\t@sed -n 's/^\\([a-z-]*\\):.*## \\(.*\\)/\\1\\t\\2/p' Makefile | expand -t 18

deploy: ## build the image, start everything, wait until it is protected (the first backup is taken)
\t$(COMPOSE) build
\t$(COMPOSE) up --detach --wait

reload: ## take a changed configuration/ over without a restart of the database
\t$(COMPOSE) run --rm --no-deps configure
\t$(COMPOSE) exec -T holdfast holdfast reload

down: ## stop everything; data, backups and what Holdfast knows stay in their volumes
\t$(COMPOSE) down

logs: ## what everything says, as it comes
\t$(COMPOSE) logs --follow --tail 100

status: ## what can be restored, what is wrong, since when
\t$(HOLDFAST) status --stanza $(STANZA)

backup: ## take a backup now (TYPE=full, diff or incr)
\t$(HOLDFAST) backup --stanza $(STANZA) --type $(TYPE) --yes

backup-info: ## list the backups
\t$(HOLDFAST) info --stanza $(STANZA)

backup-check: ## prove that WAL arrives, and look at everything around it
\t$(HOLDFAST) check --stanza $(STANZA)

drill: ## restore the newest backup beside the database and prove it
\t$(HOLDFAST) drill --stanza $(STANZA) --target latest --yes

restore-latest: ## bring everything back that was archived
\t@$(call restore,--to latest)

restore-backup: ## bring a backup back as it was (BACKUP_SET=20240101-120000F)
\t@test -n "$$BACKUP_SET" || { echo 'BACKUP_SET is missing: make restore-backup BACKUP_SET=20240101-120000F' >&2; exit 64; }
\t@$(call restore,--to immediate --set "$$BACKUP_SET")

restore-pitr: ## bring the state of a moment back (TARGET="2024-01-01 12:00:00", TIMEZONE=Europe/Berlin)
\t@test -n "$$TARGET" || { echo 'TARGET is missing: make restore-pitr TARGET="2024-01-01 12:00:00" TIMEZONE=UTC' >&2; exit 64; }
\t@$(call restore,--to "$$TARGET" --timezone "$$TIMEZONE")

restore-undo: ## go back from the last restore
\t@$(call stopped,undo --stanza $(STANZA))

restore = $(call stopped,restore --stanza $(STANZA) $(1))
# The database is started again whatever came of it: where a restore stands half way, it refuses by itself.
stopped = $(COMPOSE) stop db; code=0; $(HOLDFAST) $(1) $(CONSENT) || code=$$?; $(COMPOSE) start db; exit $$code
`;
}
