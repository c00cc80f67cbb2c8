import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fuzzRuns } from '../../../test/support/fuzz-runs.js';
import { packetOf } from '../../../test/support/rtp-packetizer.js';
import { isLoss, ReorderBuffer, type Ordered } from './reorder-buffer.js';

const packet = (sequenceNumber: number, arrivedMs = 0) => packetOf({ sequenceNumber, arrivedMs });
/** Returns sequence numbers, and losses as strings. */
const brief = (items: readonly Ordered[]): (number | string)[] =>
  items.map((item) => {
    if (!isLoss(item)) return item.sequenceNumber;
    return item.restarted ? 'restarted' : `${item.lost} lost`;
  });
const create = (maxPackets = 100) => new ReorderBuffer({ maxWaitMs: 200, maxPackets });
const pushAll = (buffer: ReorderBuffer, numbers: readonly number[], arrivedMs = 0) =>
  brief(numbers.flatMap((number) => buffer.push(packet(number, arrivedMs))));

describe('ReorderBuffer', () => {
  it('passes on in-order packets at once', () => {
    const buffer = create();
    expect(brief(buffer.push(packet(7)))).toEqual([7]);
    expect(brief(buffer.push(packet(8)))).toEqual([8]);
    expect(buffer.deadlineMs).toBeNull();
  });

  it('wraps from 65535 to 0, even out of order', () => {
    expect(pushAll(create(), [65_533, 65_535, 0, 65_534, 1])).toEqual([
      65_533, 65_534, 65_535, 0, 1,
    ]);
  });

  it('waits for a retransmitted packet', () => {
    const buffer = create();
    expect(pushAll(buffer, [1, 3, 4])).toEqual([1]);
    expect(brief(buffer.push(packet(2, 199)))).toEqual([2, 3, 4]);
  });

  it('reports when it will give up on a packet, and gives up then even if no packet arrives', () => {
    const buffer = create();
    pushAll(buffer, [1, 4], 50);
    expect(buffer.deadlineMs).toBe(250);
    expect(brief(buffer.expire(249))).toEqual([]);
    expect(brief(buffer.expire(250))).toEqual(['2 lost', 4]);
  });

  it('measures the wait at a second gap from the first packet after that gap', () => {
    const buffer = create();
    pushAll(buffer, [1, 3]);
    expect(brief(buffer.push(packet(5, 100)))).toEqual([]);
    expect(brief(buffer.push(packet(6, 200)))).toEqual(['1 lost', 3]);
    expect(buffer.deadlineMs).toBe(300);
    expect(brief(buffer.expire(300))).toEqual(['1 lost', 5, 6]);
  });

  it('gives up on the first gap if too many packets are waiting', () => {
    expect(pushAll(create(3), [1, 3, 4, 6, 7])).toEqual([1, '1 lost', 3, 4]);
  });

  it('drops duplicates, and packets that arrive after the buffer gave up on them', () => {
    const buffer = create();
    expect(pushAll(buffer, [1, 1, 3, 3])).toEqual([1]);
    buffer.expire(1_000);
    expect(pushAll(buffer, [2, 3, 4], 1_000)).toEqual([4]);
  });

  it('expires missing packets when late ones arrive', () => {
    const buffer = create();
    pushAll(buffer, [1, 3]);
    expect(brief(buffer.push(packet(0, 500)))).toEqual(['1 lost', 3]);
  });

  it('returns everything when flushed', () => {
    const buffer = create();
    pushAll(buffer, [1, 3, 5]);
    expect(brief(buffer.flush())).toEqual(['1 lost', 3, '1 lost', 5]);
  });

  it('restarts when the sender restarts with different numbers', () => {
    expect(pushAll(create(), [100, 102, 40_000, 40_001, 40_002])).toEqual([
      100,
      '1 lost',
      102,
      'restarted',
      40_000,
      40_001,
      40_002,
    ]);
  });

  it('is not reset by one stray packet, or by two that are not consecutive', () => {
    expect(pushAll(create(), [100, 40_000, 101, 40_001, 102, 50_000, 103])).toEqual([
      100, 101, 102, 103,
    ]);
  });

  it('detects a sender that restarts with numbers just below its previous ones', () => {
    const buffer = create();
    pushAll(buffer, [1_000, 1_001]);
    expect(pushAll(buffer, [500, 501], 999)).toEqual([]);
    expect(pushAll(buffer, [502, 503], 1_001)).toEqual(['restarted', 502, 503]);
  });

  it('restores the order after any shuffle within the bounds', () => {
    const shuffled = fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 1, maxLength: 80 });
    fc.assert(
      fc.property(shuffled, fc.integer({ min: 0, max: 65_535 }), (delays, first) => {
        const buffer = create();
        const numbers = delays.map((_, i) => (first + i) & 0xffff);
        const order = delays.map((delay, i) => ({ i, at: i + (i === 0 ? -9 : delay) }));
        const sent = order.toSorted((a, b) => a.at - b.at).map(({ i }) => numbers[i]!);
        expect(pushAll(buffer, sent)).toEqual(numbers);
        expect(buffer.deadlineMs).toBeNull();
      }),
      { numRuns: fuzzRuns(500) },
    );
  });

  it('returns ascending numbers, reports every gap, and stays within the bound', () => {
    const arrivals = fc.array(
      fc.record({ step: fc.integer({ min: -20, max: 25 }), wait: fc.integer({ min: 0, max: 90 }) }),
      { maxLength: 200 },
    );
    fc.assert(
      fc.property(arrivals, fc.integer({ min: 1, max: 20 }), (steps, maxPackets) => {
        const buffer = create(maxPackets);
        const out: Ordered[] = [];
        let number = 0;
        let nowMs = 0;
        for (const { step, wait } of steps) {
          number = (number + step) & 0xffff;
          nowMs += wait;
          out.push(...buffer.push(packet(number, nowMs)));
        }
        const held = buffer.flush();
        expect(held.filter((item) => !isLoss(item)).length).toBeLessThanOrEqual(maxPackets);
        let next: number | null = null;
        const wrong = [...out, ...held].filter((item) => {
          const expected = next;
          if (isLoss(item)) next = item.restarted ? null : (expected! + item.lost) & 0xffff;
          else next = (item.sequenceNumber + 1) & 0xffff;
          return !isLoss(item) && item.sequenceNumber !== (expected ?? item.sequenceNumber);
        });
        expect(wrong).toEqual([]);
      }),
      { numRuns: fuzzRuns(500) },
    );
  });
});
