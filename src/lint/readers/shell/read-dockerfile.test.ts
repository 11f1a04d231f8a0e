import { expect, test } from 'vitest';
import { LintDocument } from '../../lint-document.ts';
import { readDockerfile } from './read-dockerfile.ts';

const text = `FROM postgres:16-bookworm
ENV PGBACKREST_STANZA=main \\
    PGBACKREST_REPO1_TYPE="s3"
ENV PGBACKREST_LOG_LEVEL_CONSOLE info
RUN apt-get update \\
    # the package of PGDG
    && apt-get install -y pgbackrest || true
HEALTHCHECK --interval=1m CMD pgbackrest info
ENTRYPOINT ["/bin/sh", "-c", "pgbackrest --stanza=main \\"check\\" && exec cron -f"]
CMD ["pgbackrest", "--stanza=main", "backup"]
`;

test('reads what a Dockerfile runs and which variables it sets', () => {
  const facts = readDockerfile(new LintDocument('Dockerfile', { kind: 'dockerfile', text }));
  expect(
    facts.commandLists?.map((list) =>
      list.commands.map(
        (command) => `${command.after ?? '.'} ${command.words.map((word) => word.value).join(' ')}`,
      ),
    ),
  ).toEqual([
    ['. apt-get update', '&& apt-get install -y pgbackrest', '|| true'],
    ['. pgbackrest info'],
    ['. pgbackrest --stanza=main check', '&& cron -f'],
    ['. pgbackrest --stanza=main backup'],
  ]);
  expect(facts.variables?.map(({ name, value }) => [name.value, text.slice(value.start, value.end)])).toEqual(
    [
      ['PGBACKREST_STANZA', 'main'],
      ['PGBACKREST_REPO1_TYPE', 's3'],
      ['PGBACKREST_LOG_LEVEL_CONSOLE', 'info'],
    ],
  );
});
