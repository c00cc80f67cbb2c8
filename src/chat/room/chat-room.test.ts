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
  let sent: number[][];

  beforeEach(() => {
    vi.useFakeTimers();
    room = new ChatRoom(channel, {
      settings: NO_RULES,
      moderators: ['mod'],
      bans: [],
      pinned: null,
      position: { seq: 0, version: 0 },
    });
    sent = [];
    room.events.on('sent', (messages) => sent.push(messages.map(({ seq }) => seq)));
  });
  afterEach(() => void vi.useRealTimers());

  it('sends a message immediately after a quiet period, and later ones with the next update', () => {
    room.send([message(1)]);
    expect(sent).toEqual([[1]]);
    room.send([message(2)]);
    room.send([message(3), message(4)]);
    expect(sent).toEqual([[1]]);
    vi.advanceTimersByTime(40);
    expect(sent).toEqual([[1], [2, 3, 4]]);
    expect(room.isBusy).toBe(true);
    vi.advanceTimersByTime(40);
    expect(room.isBusy).toBe(false);
    room.send([message(5)]);
    expect(sent.at(-1)).toEqual([5]);
  });

  it.each([
    { sendingMs: 30, tickMs: 120 },
    { sendingMs: 500, tickMs: 250 },
  ])(
    'sends larger updates less often when sending is slow: $sendingMs ms, every $tickMs ms',
    ({ sendingMs, tickMs }) => {
      const cpu = vi.spyOn(process, 'threadCpuUsage');
      onTestFinished(() => cpu.mockRestore());
      cpu.mockReturnValue({ user: (sendingMs * 1_000) / 2, system: (sendingMs * 1_000) / 2 });
      room.send([message(1)]);
      room.send([message(2)]);
      vi.advanceTimersByTime(tickMs - 1);
      room.send([message(3)]);
      expect(sent).toEqual([[1]]);
      vi.advanceTimersByTime(1);
      expect(sent).toEqual([[1], [2, 3]]);
    },
  );

  it('omits the text of a message that was deleted before it was sent', () => {
    const texts: string[] = [];
    room.send([message(1)]);
    room.events.on('sent', (messages) => texts.push(...messages.map(({ text }) => text)));
    room.send([message(2), message(3)]);
    room.forget([2]);
    vi.advanceTimersByTime(40);
    expect(texts).toEqual(['', 'text 3']);
  });

  it('follows appointments and dismissals of moderators', () => {
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

  it('quotes the message being replied to, without its text after it is deleted', () => {
    const quotes: unknown[] = [];
    room.events.on('sent', (messages) => quotes.push(...messages.map(({ replyTo }) => replyTo)));
    room.send([message(1), { ...message(2), replyToSeq: 1 }]);
    room.forget([1]);
    room.send([{ ...message(3), replyToSeq: 1 }]);
    vi.advanceTimersByTime(40);
    expect(quotes).toEqual([
      undefined,
      { seq: 1, name: 'guest', text: 'text 1' },
      { seq: 1, name: 'guest', text: '', deleted: true },
    ]);
  });

  it('sends nothing after it was closed', () => {
    room.send([message(1)]);
    room.send([message(2)]);
    room.close();
    vi.advanceTimersByTime(1_000);
    expect(sent).toEqual([[1]]);
  });
});
