import { describe, expect, it } from 'vitest';
import { MESSAGE_MAX } from '../../cluster/bus.js';
import { CHAT_TEXT_MAX } from '../../protocol/limits.js';
import { CarriedMessages, parcelsOf, unpacked } from './carried-messages.js';
import type { NewMessage } from './chat-message.js';

const CHANNEL = '0198c1a2-0000-7000-8000-000000000000';

const message = (text: string): NewMessage => ({
  channelId: CHANNEL,
  nonce: '0198c1a2-1111-7000-8000-000000000000',
  broadcastId: CHANNEL,
  accountId: null,
  guestId: CHANNEL,
  name: 'a'.repeat(30),
  displayName: '',
  role: 'guest',
  text,
  replyToSeq: 7,
});
const messages = (...texts: string[]) => texts.map(message);

describe('messages in wake-ups', () => {
  it('arrive as they were stored', () => {
    const sentAt = new Date(1_700_000_000_123);
    const [parcel] = parcelsOf(messages('one', 'zwei “ \u0007 😀'));
    const wire = JSON.stringify({
      firstSeq: 5,
      sentAt: sentAt.getTime(),
      messages: parcel?.messages,
    });
    const read = unpacked(CHANNEL, CarriedMessages.parse(JSON.parse(wire)));
    expect(read).toEqual(
      messages('one', 'zwei “ \u0007 😀').map((one, nth) => ({
        ...one,
        seq: 5 + nth,
        sentAt,
        deletedAt: null,
      })),
    );
  });

  it('are divided in order into wake-ups that each fit into a NOTIFY', () => {
    const all = messages(
      ...Array.from({ length: 100 }, (_, n) => '€'.repeat((n * 37) % CHAT_TEXT_MAX)),
    );
    const parcels = parcelsOf(all);
    expect(parcels.flatMap((parcel) => parcel.messages)).toHaveLength(100);
    let next = 0;
    for (const { first, count, messages: some } of parcels) {
      expect(first).toBe(next);
      expect(some).toHaveLength(count);
      next += count;
      // PostgreSQL writes a space after each comma and colon.
      const text = JSON.stringify(some, null, 1).replaceAll('\n', '');
      expect(Buffer.byteLength(text)).toBeLessThan(MESSAGE_MAX - 500);
    }
    expect(parcels.length).toBeLessThan(30);
  });

  it('are left out if they are too long, but the messages around them are not', () => {
    const parcels = parcelsOf(messages('a', '\u0007'.repeat(1_200), 'b', 'c'));
    expect(parcels.map(({ first, count }) => [first, count])).toEqual([
      [0, 1],
      [1, 1],
      [2, 2],
    ]);
    expect(parcels.map(({ messages: some }) => some === null)).toEqual([false, true, false]);
  });
});
