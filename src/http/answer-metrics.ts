import { promisify } from 'node:util';
import { constants, gzip } from 'node:zlib';
import type { Context } from 'hono';
import type { Metrics } from '../metrics/metrics.ts';

const compress = promisify(gzip);
/** Below this a packet more or less is no matter. */
const worthBytes = 4096;

/** The page of `/metrics`, compressed for those who ask for that (Prometheus does); not in this thread. */
export async function answerMetrics(context: Context, metrics: Metrics): Promise<Response> {
  const headers = { 'content-type': metrics.contentType, vary: 'accept-encoding' };
  const page = await metrics.render();
  if (page.length < worthBytes || !acceptsGzip(context.req.header('accept-encoding')))
    return context.body(page, 200, headers);
  // The quickest level: lines that are nearly alike become a twentieth with any.
  const small = await compress(page, { level: constants.Z_BEST_SPEED });
  return context.body(small, 200, { ...headers, 'content-encoding': 'gzip' });
}

/** RFC 9110, 12.5.3: a list of codings, of which those with the weight 0 are refused. */
export function acceptsGzip(header = ''): boolean {
  return header.split(',').some((part) => {
    const [coding = '', ...parameters] = part.split(';').map((word) => word.trim().toLowerCase());
    return coding === 'gzip' && !parameters.some((parameter) => /^q\s*=\s*0(?:\.0*)?$/.test(parameter));
  });
}
