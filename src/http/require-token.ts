import { createHash, timingSafeEqual } from 'node:crypto';
import type { MiddlewareHandler } from 'hono';

/**
 * Lets only those pass who send `Authorization: Bearer TOKEN`. Digests are compared, in constant time: they are equally
 * long, so that neither the content nor the length of the token shows in how long it takes.
 *
 * @param token undefined lets everybody pass: the server is then on loopback only
 */
export function requireToken(token: string | undefined): MiddlewareHandler {
  const wanted = token === undefined ? undefined : digest(token);
  return async (context, next) => {
    if (wanted === undefined) return next();
    const given = /^Bearer +(\S.*)$/i.exec(context.req.header('authorization') ?? '')?.[1];
    if (given !== undefined && timingSafeEqual(digest(given.trimEnd()), wanted)) return next();
    return context.json({ error: 'a token is needed' }, 401, {
      'www-authenticate': 'Bearer realm="holdfast"',
    });
  };
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text, 'utf8').digest();
}
