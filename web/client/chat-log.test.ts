import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ChatMessage } from '../../src/protocol/chat.js';
import { ChatLog, LOG_MAX, LOG_NEWEST } from './chat-log.js';

const message = (seq: number): ChatMessage => ({
  seq,
  nonce: `nonce ${seq}`,
  name: 'ann',
  role: 'member',
  text: `text ${seq}`,
  sentAt: '2026-01-01T00:00:00.000Z',
});
const range = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, i) => message(from + i));
const seqs = (log: ChatLog | null) => log?.messages.map(({ seq }) => seq);

describe('ChatLog', () => {
  it('appends following messages in any order, each only once', () => {
    const log = ChatLog.of(range(5, 6));
    expect(seqs(log.append([message(8), message(7), message(6), message(7)]))).toEqual([
      5, 6, 7, 8,
    ]);
  });

  it('rejects messages that would leave a gap', () => {
    expect(ChatLog.of(range(1, 3)).append([message(5)])).toBeNull();
    expect(ChatLog.of([]).append([message(2)])).toBeNull();
  });

  it('remains the same object if there is nothing new', () => {
    const log = ChatLog.of(range(1, 3));
    expect(log.append(range(2, 3))).toBe(log);
  });

  it('keeps the newest messages and reports that earlier ones exist', () => {
    const log = ChatLog.of(range(1, LOG_NEWEST)).append(range(LOG_NEWEST + 1, LOG_NEWEST + 10));
    expect(log?.messages).toHaveLength(LOG_NEWEST);
    expect(log?.firstSeq).toBe(11);
    expect(log?.hasEarlier).toBe(true);
    expect(ChatLog.of(range(1, 2)).hasEarlier).toBe(false);
    expect(ChatLog.of(range(2, 3)).hasEarlier).toBe(true);
  });

  it('keeps earlier messages that were loaded, up to the limit', () => {
    let log = ChatLog.of(range(1_901, 2_000));
    for (let from = 1_801; log.hasEarlier && !log.isFull; from -= 100)
      log = log.prepend(range(from, from + 99), true);
    expect(log.messages).toHaveLength(LOG_MAX);
    expect(log.firstSeq).toBe(1_001);
    expect(log.prepend(range(901, 1_000), true).messages).toHaveLength(LOG_MAX);
    expect(log.append([message(2_001)])?.messages).toHaveLength(LOG_MAX);
  });

  it('clears the text of deleted messages', () => {
    const log = ChatLog.of(range(1, 3)).delete([2, 9]);
    expect(log.messages[1]).toMatchObject({ seq: 2, text: '', deleted: true });
    expect(log.messages[0]).toEqual(message(1));
  });

  it('keeps the text of deleted messages for moderators and lists their seqs', () => {
    const log = ChatLog.of(range(1, 3)).delete([2], true);
    expect(log.messages[1]).toEqual({ ...message(2), deleted: true });
    expect(log.deletedSeqs).toEqual([2]);
    expect(log.restore([message(2), message(9)]).messages).toEqual(range(1, 3));
  });

  it('never has gaps or duplicates, whatever it receives', () => {
    const part = fc
      .tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 0, max: 6 }))
      .map(([from, more]) => range(from, from + more));
    fc.assert(
      fc.property(fc.array(part, { maxLength: 30 }), (parts) => {
        let log = ChatLog.of([]);
        for (const messages of parts) log = log.append(messages) ?? log;
        expect(seqs(log)).toEqual(range(1, log.lastSeq).map(({ seq }) => seq));
      }),
    );
  });
});
