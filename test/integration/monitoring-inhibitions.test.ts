import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { alertRoutes } from '../../src/render/monitoring/alert-routes.ts';
import { alertsConfiguration } from '../support/alert-cases.ts';
import { startAlertmanagerWith, type TestAlertmanager } from '../support/alertmanager.ts';
import { waitUntil } from '../support/wait-until.ts';

/* What a real Alertmanager makes of the rendered inhibitions while one of two Holdfasts is down. */
const cleanUp = new AsyncDisposableStack();
let alertmanager: TestAlertmanager;

/** As Prometheus labels them: `absent()` and `max by (stanza)` leave no instance. */
const firing = [
  { alertname: 'HoldfastDown', severity: 'critical', job: 'holdfast', instance: 'db1:7432' },
  { alertname: 'HoldfastStanzaUnseen', severity: 'critical', stanza: 'main' },
  { alertname: 'HoldfastRepositoryUnseen', severity: 'critical', stanza: 'main', repository: 'local' },
  { alertname: 'HoldfastPrimaryUnknown', severity: 'critical', stanza: 'other' },
  { alertname: 'HoldfastRepositoriesUnknown', severity: 'critical', stanza: 'other' },
  { alertname: 'HoldfastArchiveUnknown', severity: 'critical', stanza: 'other', repository: 'local' },
];

beforeAll(async () => {
  alertmanager = cleanUp.use(await startAlertmanagerWith(alertRoutes(alertsConfiguration)));
  const answer = await fetch(`${alertmanager.url}/api/v2/alerts`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(firing.map((labels) => ({ labels }))),
  });
  expect(answer.status).toBe(200);
});
afterAll(() => cleanUp.disposeAsync());

async function statesOf(): Promise<Readonly<Record<string, string>>> {
  const alerts = await alertmanager.alerts();
  return Object.fromEntries(alerts.map(({ labels, status }) => [labels['alertname'] ?? '', status.state]));
}

describe('the inhibitions of Alertmanager', () => {
  it('mute what is absent because a Holdfast is down, and nothing that another one says', async () => {
    // Alertmanager hears of what inhibits beside the request that brings it.
    await waitUntil(
      'the inhibition',
      async () => (await statesOf())['HoldfastStanzaUnseen'] === 'suppressed',
    );
    expect(await statesOf()).toEqual({
      HoldfastDown: 'active',
      HoldfastStanzaUnseen: 'suppressed',
      HoldfastRepositoryUnseen: 'suppressed',
      HoldfastPrimaryUnknown: 'active',
      HoldfastRepositoriesUnknown: 'active',
      HoldfastArchiveUnknown: 'active',
    });
  });
});
