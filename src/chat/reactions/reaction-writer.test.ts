import { describe, expect, it } from 'vitest';
import type { ReactionChange, ReactionRepository } from '../messages/reaction.repository.js';
import { ReactionWriter } from './reaction-writer.js';

/** Records the batches it receives. */
class FakeRepository implements Pick<ReactionRepository, 'change'> {
  readonly batches: (readonly ReactionChange[])[] = [];
  fails = false;

  async change(changes: readonly ReactionChange[]) {
    this.batches.push(changes);
    if (this.fails) throw new Error('no disk');
    return {
      results: changes.map(({ seq }) =>
        seq === 404 ? ('no_message' as const) : ('done' as const),
      ),
      changed: [],
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
  it('stores changes that arrive together in one transaction, and only the last one per reaction', async () => {
    const repository = new FakeRepository();
    const writer = new ReactionWriter(repository);
    const all = [writer.write(change(1)), writer.write(change(2)), writer.write(change(1, false))];
    await writer.close();
    await Promise.all(all);
    expect(repository.batches).toEqual([[change(1, false), change(2)]]);
  });

  it('rejects a reaction to a missing message, but not the others in the same batch', async () => {
    const writer = new ReactionWriter(new FakeRepository());
    const [gone, good] = [writer.write(change(404)), writer.write(change(1))];
    const settled = Promise.allSettled([gone, good]);
    await writer.close();
    expect(await settled).toMatchObject([
      { status: 'rejected', reason: { code: 'message_not_found' } },
      { status: 'fulfilled' },
    ]);
  });

  it('rejects changes that cannot be stored, and stores later ones', async () => {
    const repository = new FakeRepository();
    const writer = new ReactionWriter(repository);
    repository.fails = true;
    await expect(writer.write(change(1))).rejects.toMatchObject({ code: 'unavailable' });
    repository.fails = false;
    await expect(writer.write(change(1))).resolves.toBeUndefined();
    await writer.close();
  });
});
