import { describe, expect, it } from 'vitest';
import { possibleFor } from './hosted-database.ts';
import { importEnvironment } from './import-environment.ts';
import { failureOf, pigstyVariables, settings, takeVariables } from './take-variables.ts';

describe('hosted databases', () => {
  it.each([
    ['DATABASE_URL=postgresql://u:p@ep-cool-1.eu-central-1.aws.neon.tech/shop?sslmode=require\n', 'Neon'],
    [
      'SETUP_BACKUP=false\nDATABASE_URL="postgres://u:p%40@db.abcdefgh.supabase.co:5432/postgres"\n',
      'Supabase',
    ],
    ["DATABASE_URL='host=shop.abc.eu-west-1.rds.amazonaws.com user=u password=p'\n", 'Amazon RDS and Aurora'],
    ['PGHOST=shop.postgres.database.azure.com\n', 'Azure Database for PostgreSQL'],
  ])('are known by their host: %s', (text, provider) => {
    const result = importEnvironment(text, '.env', settings);
    expect(result).toMatchObject({ kind: 'hosted', hosted: { provider: { name: provider } } });
    expect(JSON.stringify(result)).not.toMatch(/u:p|password=p/);
  });

  it('are not what merely looks alike', () => {
    expect(failureOf('DATABASE_URL=postgres://u:p@supabase.co.example.net/db\n').kind).toBe('nothing-found');
    expect(failureOf('DATABASE_URL=postgres://neon.tech:p@db/db\n').kind).toBe('nothing-found');
  });
});

describe('backups that are switched off', () => {
  it('are not taken for those of a provider where nothing says so', () => {
    const result = importEnvironment('PGBACKREST_ENABLED=false\nPGBACKREST_METHOD=s3\n', '.env', settings);
    if (result.kind !== 'hosted') throw new Error('taken for a configuration');
    expect(possibleFor(result.hosted).join(' ')).toContain('machine of yours: switch the variable on');
  });
});

describe('recognizing', () => {
  it('names both when the variables are of two integrations', () => {
    const failure = failureOf(`${pigstyVariables}SETUP_BACKUP=true\nBACKUP_RETENTION_FULL=7\n`);
    expect(failure.kind).toBe('usage');
    expect(failure.problem).toContain('pigsty-supabase');
    expect(failure.problem).toContain('setup-service');
    expect(failure.hint).toContain('--integration');
  });

  it('takes the one that is named', () => {
    const result = importEnvironment(
      `${pigstyVariables}SETUP_BACKUP=true\n`,
      '.env',
      settings,
      'pigsty-supabase',
    );
    expect(result).toMatchObject({ kind: 'draft', integration: { name: 'pigsty-supabase' } });
  });

  it('reports variables of the engine that nobody asked for, and not those of other programs', () => {
    const { notes } = takeVariables(
      `${pigstyVariables}PGBACKREST_PROCESS_MAX=4\nPGBACKREST_COLOUR=red\nJWT_SECRET=x\n`,
    ).draft;
    const rest = notes.filter((note) => /PROCESS_MAX|COLOUR|JWT/.test(note.what));
    expect(rest.map(({ what }) => what)).toEqual(['PGBACKREST_PROCESS_MAX', 'PGBACKREST_COLOUR']);
    expect(rest[0]?.why).toContain('process-max');
  });
});

describe('what cannot be used', () => {
  it('is a secret of two lines, and told is a name without a value', () => {
    const failure = failureOf(
      'PGBACKREST_METHOD\n' +
        pigstyVariables
          .replace(/^PGBACKREST_CIPHER_PASS=.*$/m, 'PGBACKREST_CIPHER_PASS="a\\nb"')
          .replace(/^PGBACKREST_METHOD=.*\n/m, ''),
    );
    expect(failure.problem).toBe(
      'PGBACKREST_CIPHER_PASS has more than one line, which pgbackrest.conf cannot hold',
    );
    const { notes } = takeVariables(
      'PGBACKREST_METHOD\n' + pigstyVariables.replace(/^PGBACKREST_METHOD=.*\n/m, ''),
    ).draft;
    expect(notes).toContainEqual(expect.objectContaining({ kind: 'no-effect', what: 'PGBACKREST_METHOD' }));
  });

  it.each([
    ['a quote that is never closed', 'PGBACKREST_CIPHER_PASS="open\n', 'never closed'],
    ['a bucket that cannot be one', 'PGBACKREST_S3_BUCKET=my shop\n', 'is no name of a bucket'],
    [
      'a key in typographic quotes',
      'PGBACKREST_S3_SECRET_KEY=\u201csecret\u201d\n',
      'has a blank, or a character',
    ],
    ['a path of a document', 'PGBACKREST_S3_ENDPOINT=/path/to/store\n', 'placeholder'],
  ])('is %s', (_, line, problem) => {
    const failure = failureOf(pigstyVariables + line);
    expect(failure.kind).toBe('config-invalid');
    expect(failure.problem).toContain(problem);
    expect(JSON.stringify(failure.toJSON())).not.toContain('secret\u201d');
  });

  it('is a vault that is no YAML, or has encrypted values', () => {
    expect(failureOf('vault_pgbackrest_s3_key: a\nvault_pgbackrest_cipher_pass: a: b\n').problem).toContain(
      'cannot be read as YAML',
    );
    const encrypted =
      'vault_pgbackrest_s3_key: !vault |\n  $ANSIBLE_VAULT;1.1;AES256\n  6638\nother: !vault |\n  x\n';
    const problems = failureOf(encrypted).details?.['problems'] as readonly {
      path: string;
      problem: string;
    }[];
    expect(problems).toContainEqual(
      expect.objectContaining({ path: 'vault_pgbackrest_s3_key', problem: 'is encrypted by ansible-vault' }),
    );
  });

  it('is not a name that merely begins like a placeholder', () => {
    const result = takeVariables(pigstyVariables.replace('shop-backups', 'my-shop-backups'));
    expect(JSON.stringify(result.draft.file)).toContain('my-shop-backups');
  });

  it('is told all at once, with its place and without its value', () => {
    const failure = failureOf(`PGBACKREST_METHOD=s3
PGBACKREST_S3_BUCKET=<your bucket>
PGBACKREST_S3_SECRET_KEY=ab\${NOWHERE}cd
PGBACKREST_S3_ACCESS_KEY=key
PGBACKREST_S3_ENDPOINT=s3.us-east-005.backblazeb2.com
PGBACKREST_RETENTION_FULL=14 days
`);
    expect(failure.kind).toBe('config-invalid');
    const problems = failure.details?.['problems'] as readonly { path: string; position: { line: number } }[];
    expect(problems.map(({ path, position }) => `${path}:${position.line}`).toSorted()).toEqual([
      'PGBACKREST_RETENTION_FULL:6',
      'PGBACKREST_S3_BUCKET:2',
      'PGBACKREST_S3_SECRET_KEY:3',
    ]);
    expect(JSON.stringify(failure.toJSON())).not.toMatch(/ab\$|cd"/);
  });
});
