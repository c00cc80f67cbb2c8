import { describe, expect, it } from 'vitest';
import type { ReactionChange, ReactionRepository } from '../messages/reaction.repository.js';
import { ReactionWriter } from './reaction-writer.js';

/** Keeps what it is told, as the table would. */
class Kept implements Pick<ReactionRepository, 'change'> {
  readonly batches: (readonly ReactionChange[])[] = [];
  fails = false;

  async change(changes: readonly ReactionChange[]) {
    this.batches.push(changes);
    if (this.fails) throw new Error('no disk');
    return {
      results: changes.map(({ seq }) =>
        seq === 404 ? ('no_message' as const) : ('done' as const),
      ),
      counts: [],
    };
  }
}

const change = (seq: number, on = true, emoji = '👍'): ReactionChange => ({
  channelId: 'channel',
  seq,
  emoji,
  reactor: 'a:ann',
  on,
});

describe('ReactionWriter', () => {
  it('writes what comes together in one transaction, the last word of each', async () => {
    const kept = new Kept();
    const writer = new ReactionWriter(kept);
    const all = [writer.write(change(1)), writer.write(change(2)), writer.write(change(1, false))];
    await writer.close();
    await Promise.all(all);
    expect(kept.batches).toEqual([[change(1, false), change(2)]]);
  });

  it('refuses what can’t be, and nothing else with it', async () => {
    const writer = new ReactionWriter(new Kept());
    const [gone, good] = [writer.write(change(404)), writer.write(change(1))];
    const settled = Promise.allSettled([gone, good]);
    await writer.close();
    expect(await settled).toMatchObject([
      { status: 'rejected', reason: { code: 'message_not_found' } },
      { status: 'fulfilled' },
    ]);
  });

  it('says so when nothing can be kept, and goes on afterwards', async () => {
    const kept = new Kept();
    const writer = new ReactionWriter(kept);
    kept.fails = true;
    await expect(writer.write(change(1))).rejects.toMatchObject({ code: 'unavailable' });
    kept.fails = false;
    await expect(writer.write(change(1))).resolves.toBeUndefined();
    await writer.close();
  });
});
