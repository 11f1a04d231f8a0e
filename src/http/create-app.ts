import { type Context, Hono } from 'hono';
import { judgeNow } from '../jobs/observe/judge-now.ts';
import { isFailure } from '../model/failure.ts';
import { explainNotReady, isLive } from '../status/rules/daemon.ts';
import { answerMetrics } from './answer-metrics.ts';
import { refuseRequest } from './refuse-request.ts';
import { describeHealth } from '../status/describe-health.ts';
import type { HttpParts } from './http-parts.ts';
import { requireToken } from './require-token.ts';

/**
 * The routes. `/live` and `/ready` are open, because what asks them (an orchestrator) has no token; they say nothing of
 * what is protected. HEAD is answered like GET without a body.
 */
export function createApp(parts: HttpParts): Hono {
  const app = new Hono();
  app.use(async (context, next) => {
    await next();
    context.header('cache-control', 'no-store');
    context.header('x-content-type-options', 'nosniff');
  });
  app.use(refuseRequest(parts.listen.host, parts.token !== undefined));
  app.get('/live', (context) => {
    const live = isLive(parts.observeDaemon());
    return context.json({ live }, live ? 200 : 503);
  });
  app.get('/ready', (context) => {
    const reasons = explainNotReady(parts.observeDaemon());
    return context.json({ ready: reasons.length === 0, reasons }, reasons.length === 0 ? 200 : 503);
  });
  app.use('/health', requireToken(parts.token));
  app.get('/health', (context) => {
    const now = parts.clock.now();
    const { configuration, seen, findings } = judgeNow(parts, now);
    const health = describeHealth(configuration, seen, findings, now);
    return context.json(health, health.status === 'healthy' || health.status === 'warning' ? 200 : 503);
  });
  app.use('/metrics', requireToken(parts.token));
  app.get('/metrics', (context) => answerMetrics(context, parts.metrics));
  app.notFound((context) => context.json({ error: 'there is no such page' }, 404));
  app.onError((error, context) => answerError(error, context, parts.reportBug));
  return app;
}

/** A failure (a damaged journal) is told in its words; a bug is not, and no stack ever is. */
function answerError(error: unknown, context: Context, reportBug: HttpParts['reportBug']): Response {
  if (isFailure(error)) {
    const messages = [error.message, ...(error.hint === undefined ? [] : [error.hint])];
    return context.json({ status: 'unknown', messages }, 503);
  }
  reportBug(error);
  return context.json({ status: 'unknown', error: 'internal error; see the log of the daemon' }, 500);
}
