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
  it('sends own messages at once while there is no gap', () => {
    const order = new RoomOrder(5);
    expect(seqsOf(order.committed(messages(6, 7)))).toEqual([6, 7]);
    expect(seqsOf(order.committed(messages(8)))).toEqual([8]);
    expect(order.isBehind).toBe(false);
  });

  it('holds back own messages after a gap until the gap is read', () => {
    const order = new RoomOrder(0);
    expect(order.committed(messages(3, 4))).toEqual([]);
    expect(order.isBehind).toBe(true);
    expect(seqsOf(order.read(messages(1, 2, 3, 4)))).toEqual([1, 2, 3, 4]);
    expect(order.isBehind).toBe(false);
  });

  it('sends nothing twice, neither what was sent during a read nor what is committed again', () => {
    const order = new RoomOrder(0);
    order.heard(2);
    order.committed(messages(1, 2));
    expect(seqsOf(order.read(messages(1, 2, 3)))).toEqual([3]);
    expect(order.committed(messages(2))).toEqual([]);
    expect(order.told).toBe(3);
  });

  it('is behind until it has read everything that it heard of', () => {
    const order = new RoomOrder(1);
    order.heard(1);
    expect(order.isBehind).toBe(false);
    order.heard(4);
    order.read(messages(2, 3));
    expect(order.isBehind).toBe(true);
  });
});
