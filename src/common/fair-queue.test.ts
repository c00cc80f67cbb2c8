import { describe, expect, it } from 'vitest';
import { FairQueue } from './fair-queue.js';
import { QueueFullError } from './serial-queue.js';

/** A queue whose first task runs until it is let go, and what ran. */
function held(bounds = { perParty: 10, all: 10 }) {
  const queue = new FairQueue(bounds);
  const ran: string[] = [];
  const { promise, resolve: letGo } = Promise.withResolvers<void>();
  const first = queue.run('first', () => promise);
  const add = (party: string, name: string) =>
    queue.run(party, () => void ran.push(name)).catch((error: unknown) => error);
  return { queue, ran, letGo, first, add };
}

describe('FairQueue', () => {
  it('takes turns between parties, and runs one task at a time', async () => {
    const { ran, letGo, add } = held();
    const all = [add('a', 'a1'), add('a', 'a2'), add('a', 'a3'), add('b', 'b1'), add('c', 'c1')];
    letGo();
    await Promise.all(all);
    expect(ran).toEqual(['a1', 'b1', 'c1', 'a2', 'a3']);
  });

  it('refuses what one party asks for beyond its bound, and nobody else', async () => {
    const { ran, letGo, add } = held({ perParty: 2, all: 10 });
    const all = [add('a', 'a1'), add('a', 'a2'), add('a', 'a3'), add('b', 'b1')];
    letGo();
    expect((await Promise.all(all))[2]).toBeInstanceOf(QueueFullError);
    expect(ran).toEqual(['a1', 'b1', 'a2']);
  });

  it('gives a place of who has most to who comes with nothing when it is full', async () => {
    const { queue, ran, letGo, add } = held({ perParty: 10, all: 3 });
    const all = [add('a', 'a1'), add('a', 'a2'), add('a', 'a3'), add('b', 'b1'), add('a', 'a4')];
    expect(queue.size).toBe(3);
    letGo();
    const [, , third, , last] = await Promise.all(all);
    expect([third, last].every((error) => error instanceof QueueFullError)).toBe(true);
    expect(ran).toEqual(['a1', 'b1', 'a2']);
  });

  it('goes on after a task that fails', async () => {
    const queue = new FairQueue({ perParty: 2, all: 2 });
    const failed = queue.run('a', () => Promise.reject(new Error('no')));
    const next = queue.run('a', () => 'done');
    await expect(failed).rejects.toThrow('no');
    expect(await next).toBe('done');
    expect(queue.size).toBe(0);
  });
});
