import { setTimeout as delay } from 'node:timers/promises';

/**
 * Asks again and again until the answer is truthy, and gives that answer.
 *
 * For what can not announce itself: another program's files and processes. @throws Error after `timeoutMs`
 */
export async function waitUntil<Answer>(
  what: string,
  ask: () => Answer | Promise<Answer>,
  { timeoutMs = 30_000, everyMs = 25 }: { timeoutMs?: number; everyMs?: number } = {},
): Promise<Answer> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const answer = await ask();
    if (answer) return answer;
    if (performance.now() > deadline) throw new Error(`waited ${timeoutMs} ms in vain: ${what}`);
    await delay(everyMs);
  }
}
