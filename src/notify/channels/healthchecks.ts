import type { NotifyChannel } from '../../config/configuration.ts';
import type { ChannelDeps, CreateChannel, DeliveryResult } from '../channel.ts';
import { sendHttp } from '../send-http.ts';

/** Seconds between two pings where the configuration does not say. */
const usualEverySeconds = 300;
/** healthchecks.io keeps the first 100 kB of a body; nobody reads as much. */
const mostShown = 50;

/**
 * A dead man's switch in the style of healthchecks.io (healthchecks.io/docs/http_api): the URL is pinged while Holdfast
 * runs, with `/fail` while something critical is there. When Holdfast dies the pings stop, and the receiver notices.
 */
export const createHealthchecks: CreateChannel = (channel, deps) => ({
  type: 'state',
  everyMs: (channel.every ?? usualEverySeconds) * 1000,
  async push({ open }, signal) {
    const critical = channel.on.includes('critical')
      ? open.filter(({ severity }) => severity === 'critical')
      : [];
    const lines = critical.slice(0, mostShown).map(({ subject, problem }) => `${subject}: ${problem}`);
    const more = critical.length - lines.length;
    const body =
      critical.length === 0
        ? `holdfast runs on ${deps.sender.host}`
        : [...lines, ...(more === 0 ? [] : [`and ${more} more`])].join('\n');
    return ping(channel, deps, { suffix: critical.length === 0 ? '' : '/fail', body, signal });
  },
  async test(id, signal) {
    return ping(channel, deps, { suffix: '', body: `this is a test by holdfast (${id})`, signal });
  },
});

async function ping(
  channel: NotifyChannel,
  { resolveSecret, now }: ChannelDeps,
  { suffix, body, signal }: { readonly suffix: string; readonly body: string; readonly signal: AbortSignal },
): Promise<DeliveryResult> {
  return sendHttp({
    url: withSuffix(await resolveSecret(channel.target), suffix),
    headers: { 'Content-Type': 'text/plain; charset=utf-8' },
    body,
    caFile: channel.caFile,
    proxy: channel.proxy && (await resolveSecret(channel.proxy)),
    signal,
    now: now(),
  });
}

/** At the end of the path: what follows a question mark stays behind it. */
export function withSuffix(url: string, suffix: string): string {
  if (!URL.canParse(url)) return url;
  const target = new URL(url);
  target.pathname = target.pathname.replace(/\/+$/, '') + suffix;
  return target.href;
}
