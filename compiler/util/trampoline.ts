/**
 * Recursion without the stack: a task is a generator that yields the tasks it waits for and is sent their results.
 * What a task throws is thrown into the one that waits for it.
 */
export type Task<T> = Generator<Task<unknown>, T, unknown>;

export function run<T>(task: Task<T>): T {
  const waiting: Task<unknown>[] = [task];
  let result: unknown;
  let thrown: {readonly error: unknown} | undefined;
  while (waiting.length > 0) {
    const current = waiting.at(-1)!;
    try {
      const step: IteratorResult<Task<unknown>, unknown> = thrown ? current.throw(thrown.error) : current.next(result);
      thrown = undefined;
      if (step.done) {
        waiting.pop();
        result = step.value;
      } else {
        waiting.push(step.value);
        result = undefined;
      }
    } catch (error) {
      waiting.pop();
      thrown = {error};
    }
  }
  if (thrown) throw thrown.error;
  return result as T;
}

/** Waits for a task: `const value = yield* wait(task)`, with the type of its result. */
export function* wait<T>(task: Task<T>): Generator<Task<unknown>, T, unknown> {
  return (yield task) as T;
}
