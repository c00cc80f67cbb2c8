import { describe, expect, it } from 'vitest';
import type { ChatMessage, ChatPage } from '../../../src/protocol/chat.js';
import { RequestError } from '../../client/request-error.js';
import { ChatReplay, type ReplayPart } from './chat-replay.js';

const START = Date.parse('2026-11-23T10:00:00.000Z');
const PAGE = 100;

/** Creates one message per second, the first at the start. */
function messages(count: number): ChatMessage[] {
  return Array.from({ length: count }, (_, index) => ({
    seq: index + 1,
    nonce: `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`,
    name: 'ann',
    role: 'member',
    text: `message ${index + 1}`,
    sentAt: new Date(START + index * 1_000).toISOString(),
  }));
}

/** Simulates the server. */
function chatOf(all: readonly ChatMessage[]) {
  const requests: ReplayPart[] = [];
  let broken = false;
  async function load(part: ReplayPart): Promise<ChatPage> {
    requests.push(part);
    if (broken) throw new RequestError('offline', 'The server can’t be reached.');
    if ('until' in part) {
      const before = all.filter(({ sentAt }) => sentAt < part.until);
      return { messages: before.slice(-PAGE), more: before.length > PAGE };
    }
    const after = all.filter(({ seq }) => seq > part.after);
    return { messages: after.slice(0, PAGE), more: after.length > PAGE };
  }
  const replay = new ChatReplay(load);
  return {
    replay,
    requests,
    setBroken: (value: boolean) => (broken = value),
    /** Advances to the given second, and waits until all resulting requests have been answered. */
    at: async (second: number): Promise<number[]> => {
      replay.advance(START + second * 1_000);
      await settled(requests);
      return replay.shown.peek().map(({ seq }) => seq);
    },
  };
}

/** Waits until all requests have been answered and no more follow. */
async function settled(requests: readonly unknown[]): Promise<void> {
  for (let before = -1; before !== requests.length;) {
    before = requests.length;
    // No response's promise chain takes more turns than this.
    for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
  }
}

describe('ChatReplay', () => {
  it('shows messages up to the position, and no later ones', async () => {
    const { at } = chatOf(messages(10));
    expect(await at(0)).toEqual([1]);
    expect(await at(3.5)).toEqual([1, 2, 3, 4]);
    expect(await at(60)).toHaveLength(10);
  });

  it('goes back without requesting loaded messages again', async () => {
    const { at, requests } = chatOf(messages(50));
    await at(40);
    const before = requests.length;
    expect(await at(2)).toEqual([1, 2, 3]);
    expect(requests).toHaveLength(before);
  });

  it('jumps forward without loading the messages in between', async () => {
    const { at, requests } = chatOf(messages(5_000));
    await at(0);
    requests.length = 0;
    const shown = await at(4_000);
    expect(shown.at(-1)).toBe(4_001);
    expect(requests.length).toBeLessThan(4);
  });

  it('shows earlier messages after a jump back', async () => {
    const { at } = chatOf(messages(5_000));
    await at(4_500);
    const shown = await at(1_000);
    expect(shown.at(-1)).toBe(1_001);
    expect(shown.length).toBeGreaterThanOrEqual(PAGE);
  });

  it('keeps a bounded number of messages, without gaps', async () => {
    const { at, replay } = chatOf(messages(3_000));
    for (let second = 0; second < 3_000; second += 10) {
      const shown = await at(second);
      expect(shown.at(-1)).toBe(second + 1);
      const first = shown[0]!;
      expect(shown).toEqual(shown.map((_seq, index) => first + index));
      expect(shown.length).toBeLessThanOrEqual(150);
    }
    expect(replay.state.peek()).toBe('ready');
    expect((await at(5)).at(-1)).toBe(6);
  });

  it('omits deleted messages, even for moderators, who receive their text', async () => {
    const all = messages(5);
    all[2] = { ...all[2]!, deleted: true };
    const { at } = chatOf(all);
    expect(await at(10)).toEqual([1, 2, 4, 5]);
  });

  it('does not request an empty chat repeatedly', async () => {
    const { at, requests } = chatOf([]);
    for (const second of [0, 1, 500, 3]) expect(await at(second)).toEqual([]);
    expect(requests.length).toBeLessThanOrEqual(2);
  });

  it('continues through a long silence without repeated requests', async () => {
    const all = messages(2);
    all[1] = { ...all[1]!, sentAt: new Date(START + 3_600_000).toISOString() };
    const { at, requests } = chatOf(all);
    for (let second = 0; second < 3_600; second += 20) expect(await at(second)).toEqual([1]);
    expect(await at(3_600)).toEqual([1, 2]);
    expect(requests.length).toBeLessThanOrEqual(2);
  });

  it('reports a failure and resumes on retry', async () => {
    const { at, replay, requests, setBroken } = chatOf(messages(5));
    setBroken(true);
    await at(2);
    await at(2.2);
    expect(replay.state.peek()).toBe('failed');
    expect(requests).toHaveLength(1);
    setBroken(false);
    replay.retry();
    expect(await at(2.4)).toEqual([1, 2, 3]);
  });

  it('ignores responses to requests that were made before a jump', async () => {
    const all = messages(5_000);
    const late: (() => void)[] = [];
    const replay = new ChatReplay(
      (part) =>
        new Promise((resolve) => {
          const until = 'until' in part ? part.until : '';
          const before = all.filter(({ sentAt }) => sentAt < until).slice(-PAGE);
          late.push(() => resolve({ messages: before, more: true }));
        }),
    );
    replay.advance(START);
    replay.advance(START + 3_000_000);
    replay.retry();
    for (const answer of late.toReversed()) answer();
    await settled(late);
    expect(replay.shown.peek().at(-1)?.seq).toBe(3_001);
  });
});
