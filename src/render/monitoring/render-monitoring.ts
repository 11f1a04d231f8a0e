import { writeGeneratedText, type CommentForm } from '../../engine/conf/conf-text.ts';
import type { DeploymentTarget } from '../deployment/deployment-target.ts';
import { alertGroups } from './alert-groups.ts';
import { alertRoutes } from './alert-routes.ts';
import { dashboard } from './dashboard.ts';
import { scrapeConfiguration } from './scrape-configuration.ts';
import { writeRules } from './write-rules.ts';

const advice = 'Do not edit: change that file and run `holdfast render monitoring` again.';

/**
 * What a monitoring system needs to know of this configuration: how Prometheus reads it, its rules, routes for
 * Alertmanager, and a dashboard of Grafana. No secret is in any of it.
 */
export const monitoringTarget: DeploymentTarget = {
  name: 'monitoring',
  engine: 'none',
  needsSecrets: false,
  render: (configuration, { owner, job }) => {
    const file = (path: string, body: string, form: CommentForm = 'hash') => ({
      path,
      content: writeGeneratedText(body, configuration.file, advice, form),
      mode: 0o644,
      owner,
      secret: false,
    });
    return [
      file('prometheus/holdfast-rules.yml', writeRules(alertGroups(configuration, job))),
      file('prometheus/holdfast-scrape.yml', scrapeConfiguration(configuration, job)),
      file('alertmanager/holdfast-alertmanager.yml', alertRoutes(configuration)),
      file('grafana/holdfast-dashboard.json', dashboard(job), 'json'),
    ];
  },
};
