import { expect, test } from 'vitest';
import { readSecretReference } from '../../config/read-secret-reference.ts';
import { readEnvironmentFile } from '../environment/read-environment-file.ts';
import { SecretPlaces } from './secret-places.ts';

test('a secret under the same name has one place, one of a stanza a place of its own', () => {
  const places = new SecretPlaces('files', '/etc/holdfast');
  expect(places.place('repo1-cipher-pass', undefined, 'a')).toBe(
    'file:/etc/holdfast/secrets/repo1-cipher-pass',
  );
  expect(places.place('repo1-cipher-pass', undefined, 'a')).toBe(
    'file:/etc/holdfast/secrets/repo1-cipher-pass',
  );
  expect(places.place('repo1-cipher-pass', 'main', 'b')).toBe(
    'file:/etc/holdfast/secrets/main-repo1-cipher-pass',
  );
  expect(places.files()).toEqual([
    { path: '/etc/holdfast/secrets/repo1-cipher-pass', content: 'a\n' },
    { path: '/etc/holdfast/secrets/main-repo1-cipher-pass', content: 'b\n' },
  ]);
});

test('variables are read back as they were, whatever is in them', () => {
  const value = 'a b"c\\d$e`f\'g#h';
  const places = new SecretPlaces('env', '/etc/holdfast');
  const reference = places.place('repo1-s3-key-secret', 'my-app.1', value);
  expect(reference).toBe('${HOLDFAST_MY_APP_1_REPO1_S3_KEY_SECRET}');
  expect(places.reveal({ kind: 'environment', name: 'HOLDFAST_MY_APP_1_REPO1_S3_KEY_SECRET' })).toBe(value);
  const [file] = places.files();
  expect(file?.path).toBe('/etc/holdfast/holdfast.env');
  const read = readEnvironmentFile(file?.content ?? '', 'holdfast.env');
  expect(read.variables.get('HOLDFAST_MY_APP_1_REPO1_S3_KEY_SECRET')?.value).toBe(value);
});

test('a literal that looks like a reference goes into a file even when secrets are kept', () => {
  const places = new SecretPlaces('keep', '/etc/holdfast');
  expect(places.place('repo1-cipher-pass', undefined, 'plain')).toBe('plain');
  for (const value of ['file:/x', 'exec:y', '${A}', 'with ${A} in it']) {
    const reference = places.place('repo2-cipher-pass', undefined, value);
    expect(readSecretReference(reference)).toEqual({
      kind: 'file',
      path: '/etc/holdfast/secrets/repo2-cipher-pass',
    });
    expect(places.files()).toEqual([
      { path: '/etc/holdfast/secrets/repo2-cipher-pass', content: `${value}\n` },
    ]);
  }
});
