import { describe, expect, it } from 'vitest';
import type { StoredMessage } from '../messages/chat-message.js';
import { RoomOrder } from './room-order.js';

const messages = (...seqs: number[]): StoredMessage[] =>
  seqs.map((seq) => ({
    channelId: 'id',
    nonce: `nonce ${seq}`,
    broadcastId: null,
    accountId: null,
    guestId: 'guest',
    name: 'guest',
    displayName: '',
    role: 'guest',
    replyToSeq: null,
    text: '',
    seq,
    sentAt: new Date(0),
    deletedAt: null,
  }));

const seqsOf = (some: readonly StoredMessage[]) => some.map(({ seq }) => seq);

describe('RoomOrder', () => {
  it('sends this node’s messages at once while there is no gap', () => {
    const order = new RoomOrder(5);
    expect(seqsOf(order.take(messages(6, 7)))).toEqual([6, 7]);
    expect(seqsOf(order.take(messages(8)))).toEqual([8]);
    expect(order.isBehind).toBe(false);
  });

  it('holds back messages after a gap until the gap is read', () => {
    const order = new RoomOrder(0);
    expect(order.take(messages(3, 4))).toEqual([]);
    expect(order.isBehind).toBe(true);
    expect(seqsOf(order.read(messages(1, 2, 3, 4)))).toEqual([1, 2, 3, 4]);
    expect(order.isBehind).toBe(false);
  });

  it('sends no message twice, even if it was sent during a read or is committed again', () => {
    const order = new RoomOrder(0);
    order.heard(2);
    order.take(messages(1, 2));
    expect(seqsOf(order.read(messages(1, 2, 3)))).toEqual([3]);
    expect(order.take(messages(2))).toEqual([]);
    expect(order.lastSent).toBe(3);
  });

  it('is behind until it has read every message that was announced', () => {
    const order = new RoomOrder(1);
    order.heard(1);
    expect(order.isBehind).toBe(false);
    order.heard(4);
    order.read(messages(2, 3));
    expect(order.isBehind).toBe(true);
  });

  it('sends messages from all nodes in order, whichever arrives first', () => {
    const order = new RoomOrder(0);
    expect(order.take(messages(2))).toEqual([]);
    expect(order.take(messages(4))).toEqual([]);
    expect(seqsOf(order.take(messages(1)))).toEqual([1, 2]);
    expect(order.isBehind).toBe(true);
    expect(seqsOf(order.take(messages(3, 3)))).toEqual([3, 4]);
    expect(order.take(messages(2, 3, 4))).toEqual([]);
    expect(order.isBehind).toBe(false);
  });

  it('continues with waiting messages after a read, which replaces those that it contains', () => {
    const order = new RoomOrder(0);
    order.take(messages(2, 4));
    const deleted = messages(1, 2, 3).map((message) => ({ ...message, text: 'read' }));
    const due = order.read(deleted);
    expect(seqsOf(due)).toEqual([1, 2, 3, 4]);
    expect(due.map(({ text }) => text)).toEqual(['read', 'read', 'read', '']);
  });

  it('reads messages that don’t fit among the waiting ones', () => {
    const order = new RoomOrder(0);
    const all = Array.from({ length: 600 }, (_, nth) => nth + 2);
    order.take(messages(...all));
    expect(order.take(messages(1))).toHaveLength(501);
    expect(order.isBehind).toBe(true);
    expect(seqsOf(order.read(messages(...all.slice(500))))).toEqual(all.slice(500));
    expect(order.isBehind).toBe(false);
  });
});
