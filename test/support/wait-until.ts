import { setTimeout as delay } from 'node:timers/promises';

/**
 * Asks again and again until the answer is truthy, and gives that answer.
 *
 * For what can not announce itself: another program's files and processes. @throws Error after `timeoutMs`
 */
export async function waitUntil<Answer>(
  what: string,
  ask: () => Answer | Promise<Answer>,
  { timeoutMs = 120_000, everyMs = 25 }: { timeoutMs?: number; everyMs?: number } = {},
): Promise<Answer> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const answer = await ask();
    if (answer) return answer;
    if (performance.now() > deadline) throw new Error(`waited ${timeoutMs} ms in vain: ${what}`);
    await delay(everyMs);
  }
}

/**
 * For WAL that is to be archived. A server whose archive_command failed three times in a row, as it may on a busy
 * machine, tries again only after a minute (PostgreSQL `src/backend/postmaster/pgarch.c`, PGARCH_AUTOWAKE_INTERVAL).
 */
export const forArchiving = { timeoutMs: 130_000 };
