import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { Channel } from '../../channels/channel.js';
import type { StoredMessage } from '../messages/chat-message.js';
import { ChatRoom } from './chat-room.js';
import { NO_RULES } from './room-rules.js';

const channel: Channel = {
  id: 'id',
  name: 'name',
  title: '',
  ownerId: 'owner',
  visibility: 'public' as const,
  ownerUsername: 'owner',
  createdAt: new Date(0),
  lastLiveAt: null,
};

const message = (seq: number): StoredMessage => ({
  channelId: 'id',
  nonce: `nonce ${seq}`,
  broadcastId: null,
  accountId: null,
  guestId: 'guest',
  name: 'guest',
  displayName: '',
  role: 'guest',
  replyToSeq: null,
  text: `text ${seq}`,
  seq,
  sentAt: new Date(0),
  deletedAt: null,
});

describe('ChatRoom', () => {
  let room: ChatRoom;
  let told: number[][];

  beforeEach(() => {
    vi.useFakeTimers();
    room = new ChatRoom(channel, {
      settings: NO_RULES,
      moderators: ['mod'],
      bans: [],
      pinned: null,
    });
    told = [];
    room.events.on('told', (messages) => told.push(messages.map(({ seq }) => seq)));
  });
  afterEach(() => void vi.useRealTimers());

  it('tells a message after a quiet time at once, and what follows with the next tick', () => {
    room.tell([message(1)]);
    expect(told).toEqual([[1]]);
    room.tell([message(2)]);
    room.tell([message(3), message(4)]);
    expect(told).toEqual([[1]]);
    vi.advanceTimersByTime(40);
    expect(told).toEqual([[1], [2, 3, 4]]);
    expect(room.isBusy).toBe(true);
    vi.advanceTimersByTime(40);
    expect(room.isBusy).toBe(false);
    room.tell([message(5)]);
    expect(told.at(-1)).toEqual([5]);
  });

  it.each([
    { tellingMs: 30, tickMs: 120 },
    { tellingMs: 500, tickMs: 250 },
  ])(
    'tells more at once, the longer telling takes: $tellingMs ms, every $tickMs',
    ({ tellingMs, tickMs }) => {
      const cpu = vi.spyOn(process, 'threadCpuUsage');
      onTestFinished(() => cpu.mockRestore());
      cpu.mockReturnValue({ user: (tellingMs * 1_000) / 2, system: (tellingMs * 1_000) / 2 });
      room.tell([message(1)]);
      room.tell([message(2)]);
      vi.advanceTimersByTime(tickMs - 1);
      room.tell([message(3)]);
      expect(told).toEqual([[1]]);
      vi.advanceTimersByTime(1);
      expect(told).toEqual([[1], [2, 3]]);
    },
  );

  it('tells a message that was deleted meanwhile without its text', () => {
    const texts: string[] = [];
    room.tell([message(1)]);
    room.events.on('told', (messages) => texts.push(...messages.map(({ text }) => text)));
    room.tell([message(2), message(3)]);
    room.forget([{ ...message(2), deletedAt: new Date(1) }]);
    vi.advanceTimersByTime(40);
    expect(texts).toEqual(['', 'text 3']);
  });

  it('knows its owner and moderators, as long as they are some', () => {
    const roleOf = (accountId: string) => room.roleOf({ accountId, guestId: null });
    expect(roleOf('owner')).toBe('owner');
    expect(roleOf('mod')).toBe('moderator');
    expect(roleOf('somebody')).toBe('member');
    expect(room.roleOf({ accountId: null, guestId: 'owner' })).toBe('guest');
    room.dismiss('mod');
    room.appoint('somebody');
    expect(room.isModerator({ accountId: 'mod', guestId: null })).toBe(false);
    expect(roleOf('somebody')).toBe('moderator');
  });

  it('quotes what a message answers, and no more when that was deleted', () => {
    const quotes: unknown[] = [];
    room.events.on('told', (messages) => quotes.push(...messages.map(({ replyTo }) => replyTo)));
    room.tell([message(1), { ...message(2), replyToSeq: 1 }]);
    room.forget([{ ...message(1), deletedAt: new Date(1) }]);
    room.tell([{ ...message(3), replyToSeq: 1 }]);
    vi.advanceTimersByTime(40);
    expect(quotes).toEqual([
      undefined,
      { seq: 1, name: 'guest', text: 'text 1' },
      { seq: 1, name: 'guest', text: '', deleted: true },
    ]);
  });

  it('tells nothing after it was closed', () => {
    room.tell([message(1)]);
    room.tell([message(2)]);
    room.close();
    vi.advanceTimersByTime(1_000);
    expect(told).toEqual([[1]]);
  });
});
