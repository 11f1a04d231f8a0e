import { describe, expect, it } from 'vitest';
import { judgeRule } from '../../../../test/support/judge-rule.ts';
import type { LintRule } from '../../lint-rule.ts';
import {
  engineInstalledAtStart,
  imageNotPinned,
  imageUnofficial,
  imageWithoutEngine,
} from './image-rules.ts';

const archiving = `postgres -c archive_mode=on -c archive_command='pgbackrest --stanza=main archive-push %p'`;
const compose = (text: string) => ({ 'compose.yaml': text });

describe('rules about images', () => {
  it.each<[string, LintRule, Record<string, string>, string[]]>([
    [
      'pgbackrest installed at the start',
      engineInstalledAtStart,
      compose(
        'services:\n  b:\n    image: alpine:3.21\n    command: sh -c "apk add --no-cache pgbackrest && crond -f"\n',
      ),
      ['3: alpine:3.21'],
    ],
    [
      'something else installed at the start',
      engineInstalledAtStart,
      compose(
        'services:\n  b:\n    image: acme/pgbackrest:2.58\n    command: sh -c "apk add curl; pgbackrest info"\n',
      ),
      [],
    ],
    [
      'a moving image of a distribution',
      imageNotPinned,
      compose('services:\n  backup:\n    image: alpine:latest\n    command: pgbackrest --stanza=m backup\n'),
      ['3: alpine:latest'],
    ],
    [
      'images that are built on the spot',
      imageNotPinned,
      compose('services:\n  a:\n    image: my-pgbackrest\n  b:\n    image: my-pgbackrest:latest\n'),
      [],
    ],
    [
      'the official image archives with pgbackrest',
      imageWithoutEngine,
      compose(`services:\n  db:\n    image: postgres:17-bookworm\n    command: ${archiving}\n`),
      ['3: postgres:17-bookworm'],
    ],
    [
      'the official image without pgbackrest',
      imageWithoutEngine,
      compose(
        `services:\n  db:\n    image: postgres:17-bookworm\n    command: postgres -c archive_mode=off\n`,
      ),
      [],
    ],
    [
      'an image of their own',
      imageWithoutEngine,
      compose(`services:\n  db:\n    image: acme/postgres:17\n    command: ${archiving}\n`),
      [],
    ],
    [
      'no tag',
      imageNotPinned,
      compose(
        `services:\n  db:\n    image: postgres\n  b:\n    image: acme/pgbackrest:latest\n  web:\n    image: nginx\n`,
      ),
      ['3: postgres', '5: acme/pgbackrest:latest'],
    ],
    [
      'a digest, a port in the registry, a placeholder',
      imageNotPinned,
      compose(
        `services:\n  a:\n    image: postgres@sha256:abc\n  b:\n    image: localhost:5000/pgbackrest:2.58\n  c:\n    image: pgbackrest:\${TAG}\n`,
      ),
      [],
    ],
    [
      'docker run of an image that nobody makes',
      imageUnofficial,
      {
        'a.sh':
          '#!/bin/sh\ndocker run --rm -v r:/r \\\n  pgbackrest/pgbackrest:latest \\\n  pgbackrest --stanza=m info\n',
      },
      ['3: pgbackrest/pgbackrest:latest'],
    ],
  ])('%s', (_, rule, files, expected) => {
    expect(judgeRule(rule, files)).toEqual(expected);
  });
});
