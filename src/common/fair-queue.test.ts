import { describe, expect, it } from 'vitest';
import { FairQueue } from './fair-queue.js';
import { QueueFullError } from './serial-queue.js';

/**
 * Returns a queue whose first task runs until it is released, and a list of the tasks that have
 * run.
 */
function held(bounds = { perParty: 10, all: 10 }) {
  const queue = new FairQueue(bounds);
  const ran: string[] = [];
  const { promise, resolve: release } = Promise.withResolvers<void>();
  const first = queue.run('first', () => promise);
  const add = (party: string, name: string) =>
    queue.run(party, () => void ran.push(name)).catch((error: unknown) => error);
  return { queue, ran, release, first, add };
}

describe('FairQueue', () => {
  it('runs one task at a time and alternates between parties', async () => {
    const { ran, release, add } = held();
    const all = [add('a', 'a1'), add('a', 'a2'), add('a', 'a3'), add('b', 'b1'), add('c', 'c1')];
    release();
    await Promise.all(all);
    expect(ran).toEqual(['a1', 'b1', 'c1', 'a2', 'a3']);
  });

  it('rejects the tasks of one party beyond its limit, but not those of others', async () => {
    const { ran, release, add } = held({ perParty: 2, all: 10 });
    const all = [add('a', 'a1'), add('a', 'a2'), add('a', 'a3'), add('b', 'b1')];
    release();
    expect((await Promise.all(all))[2]).toBeInstanceOf(QueueFullError);
    expect(ran).toEqual(['a1', 'b1', 'a2']);
  });

  it('when full, replaces a task of the party with the most tasks', async () => {
    const { queue, ran, release, add } = held({ perParty: 10, all: 3 });
    const all = [add('a', 'a1'), add('a', 'a2'), add('a', 'a3'), add('b', 'b1'), add('a', 'a4')];
    expect(queue.size).toBe(3);
    release();
    const [, , third, , last] = await Promise.all(all);
    expect([third, last].every((error) => error instanceof QueueFullError)).toBe(true);
    expect(ran).toEqual(['a1', 'b1', 'a2']);
  });

  it('runs as many tasks at once as configured', async () => {
    const queue = new FairQueue({ atOnce: 2, perParty: 10, all: 10 });
    const gates = Array.from({ length: 3 }, () => Promise.withResolvers<void>());
    const started: number[] = [];
    const all = gates.map(({ promise }, index) =>
      queue.run('a', () => {
        started.push(index);
        return promise;
      }),
    );
    expect(started).toEqual([0, 1]);
    gates[1]!.resolve();
    await all[1];
    gates[0]!.resolve();
    gates[2]!.resolve();
    await Promise.all(all);
    expect(started).toEqual([0, 1, 2]);
    expect(queue.size).toBe(0);
  });

  it('continues after a task that fails', async () => {
    const queue = new FairQueue({ perParty: 2, all: 2 });
    const failed = queue.run('a', () => Promise.reject(new Error('no')));
    const next = queue.run('a', () => 'done');
    await expect(failed).rejects.toThrow('no');
    expect(await next).toBe('done');
    expect(queue.size).toBe(0);
  });
});
