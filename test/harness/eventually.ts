import {setTimeout as delay} from 'node:timers/promises';

/** Asks until there is an answer, for three minutes: what a test waits for comes, or something is wrong. */
export async function eventually<T>(ask: () => T | undefined | Promise<T | undefined>): Promise<T | undefined> {
  const deadline = Date.now() + 180_000;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined || Date.now() > deadline) return answer;
    await delay(200);
  }
}
