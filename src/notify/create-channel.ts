import type { NotifyChannel } from '../config/configuration.ts';
import type { CreateChannel } from './channel.ts';
import { createAlertmanager } from './channels/alertmanager.ts';
import { createEmail } from './channels/email.ts';
import { createHealthchecks } from './channels/healthchecks.ts';
import { createPagerDuty } from './channels/pagerduty.ts';
import { createSlack } from './channels/slack.ts';
import { createWebhook } from './channels/webhook.ts';

const makers: Readonly<Partial<Record<NotifyChannel['kind'], CreateChannel>>> = {
  slack: createSlack,
  webhook: createWebhook,
  email: createEmail,
  alertmanager: createAlertmanager,
  pagerduty: createPagerDuty,
  healthchecks: createHealthchecks,
};

/** The channel of a configuration. */
export const createChannel: CreateChannel = (channel, deps) => {
  const make = makers[channel.kind];
  if (make === undefined) throw new Error(`no channel of the kind ${channel.kind}`);
  return make(channel, deps);
};
