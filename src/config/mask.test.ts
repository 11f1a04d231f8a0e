import { describe, expect, it } from 'vitest';
import { stanzaWith } from './read-marked.ts';
import { parseConfiguration } from './load.ts';
import { maskedConfiguration } from './mask.ts';

describe('maskedConfiguration', () => {
  it('shows references as written and literals not at all', () => {
    const text = stanzaWith({
      local:
        '{ type: s3, provider: aws, region: eu-central-1, bucket: b, key: hunter2, keySecret: file:/run/s3, encryption: { passphrase: "${P}" } }',
      top: 'options: { process-max: 3 }\nserver: { token: exec:pass token }\nnotify: { ops: { slack: hunter3 }, dba: { email: a@b.c, from: a@b.c, smtp: "smtp://u:hunter4@mx" }, hook: { webhook: "https://h/hunter5", secret: hunter6, proxy: "http://u:hunter7@p" } }\nconsul: { url: "http://[::1]:8500/", token: hunter4 }',
    });
    const { configuration } = parseConfiguration(text, '/f');
    if (configuration === undefined) throw new Error('the file was refused');
    const masked = maskedConfiguration(configuration);
    expect(JSON.stringify(masked)).not.toMatch(/hunter|undefined|position/);
    expect(masked).toMatchObject({
      stanzas: [
        {
          repositories: [
            {
              access: { key: '(literal, masked)', keySecret: 'file:/run/s3' },
              encryption: { passphrase: '${P}' },
            },
          ],
        },
      ],
      server: { token: 'exec:pass token' },
      notify: [
        { target: '(literal, masked)' },
        { mail: { smtp: '(literal, masked)', from: 'a@b.c' } },
        { signingSecret: '(literal, masked)', proxy: '(literal, masked)' },
      ],
      consul: {
        url: 'http://[::1]:8500',
        token: '(literal, masked)',
        service: 'holdfast',
        id: 'holdfast',
        ttl: 60,
        register: true,
      },
    });
  });
});
