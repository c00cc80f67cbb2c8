import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Channel } from '../broadcast/channel.js';
import type { StoredMessage } from './chat-message.js';
import { ChatRoom } from './chat-room.js';

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
  role: 'guest',
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
    room = new ChatRoom(channel, [{ accountId: 'bad', guestId: null }]);
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

  it('tells a message that was deleted meanwhile without its text', () => {
    const texts: string[] = [];
    room.tell([message(1)]);
    room.events.on('told', (messages) => texts.push(...messages.map(({ text }) => text)));
    room.tell([message(2), message(3)]);
    room.forget(2);
    vi.advanceTimersByTime(40);
    expect(texts).toEqual(['', 'text 3']);
  });

  it('knows its owner, and who is banned as an account and as a device', () => {
    const guest = { accountId: null, guestId: 'guest' };
    expect(room.isOwner({ accountId: 'owner', guestId: null })).toBe(true);
    expect(room.isOwner(guest)).toBe(false);
    expect(room.isBanned({ accountId: 'bad', guestId: null })).toBe(true);
    expect(room.isBanned(guest)).toBe(false);
    room.ban(guest);
    expect(room.isBanned(guest)).toBe(true);
    room.unban(guest);
    expect(room.isBanned(guest)).toBe(false);
  });

  it('tells nothing after it was closed', () => {
    room.tell([message(1)]);
    room.tell([message(2)]);
    room.close();
    vi.advanceTimersByTime(1_000);
    expect(told).toEqual([[1]]);
  });
});
