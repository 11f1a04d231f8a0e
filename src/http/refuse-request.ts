import type { MiddlewareHandler } from 'hono';
import { isLoopback } from '../config/rules/listeners.ts';

/**
 * Refuses what nobody needs: other methods than GET and HEAD, and bodies. Without a token on loopback also requests
 * whose Host is not this host: a page in a browser on this machine could otherwise reach the server under a name of its
 * own that it lets resolve to 127.0.0.1.
 */
export function refuseRequest(host: string, hasToken: boolean): MiddlewareHandler {
  return async (context, next) => {
    const { method } = context.req;
    if (method !== 'GET' && method !== 'HEAD') {
      return context.json({ error: 'only GET and HEAD' }, 405, { allow: 'GET, HEAD', connection: 'close' });
    }
    const length = context.req.header('content-length');
    if ((length !== undefined && length !== '0') || context.req.header('transfer-encoding') !== undefined) {
      return context.json({ error: 'no body is read here' }, 413, { connection: 'close' });
    }
    if (!hasToken && isLoopback(host) && !isLoopback(nameOf(context.req.header('host') ?? host))) {
      return context.json({ error: 'without a token only requests for localhost are answered' }, 421);
    }
    return next();
  };
}

/** The name in a Host header: without the port, and without the brackets of an IPv6 address. */
function nameOf(header: string): string {
  const [, bracketed, plain] = /^(?:\[([^\]]*)\]|([^:]*))(?::\d*)?$/.exec(header) ?? [];
  return bracketed ?? plain ?? header;
}
