import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Heartbeat } from './heartbeat.js';

describe('Heartbeat', () => {
  let heartbeat: Heartbeat<EventEmitter, string>;
  let changes: [owner: string, isSilent: boolean][];
  /** The times of the pings of the first connection. */
  let pings: number[];
  let closed: number[];
  let line: EventEmitter;
  /** How far the clock is ahead of the timers, in milliseconds. */
  let delayMs: number;
  let answers: boolean;
  let startMs: number;
  const nowMs = () => performance.now() + delayMs;

  beforeEach(() => {
    vi.useFakeTimers();
    changes = [];
    pings = [];
    closed = [];
    delayMs = 0;
    startMs = nowMs();
    answers = true;
    line = new EventEmitter();
    heartbeat = new Heartbeat<EventEmitter, string>({
      pingEveryMs: 2_000,
      silentAfterMs: 1_000,
      closeAfterMs: 6_000,
      ping: (connection) => {
        if (connection !== line) return;
        pings.push(nowMs() - startMs);
        if (answers) line.emit('packet');
      },
      onChange: (owner, isSilent) => void changes.push([owner, isSilent]),
      close: () => void closed.push(nowMs() - startMs),
      nowMs,
    });
    heartbeat.add(line, 'one');
  });
  afterEach(() => {
    heartbeat.close();
    vi.useRealTimers();
  });

  it('pings every two seconds while the connection answers', () => {
    vi.advanceTimersByTime(10_000);
    expect(pings).toEqual([2_000, 4_000, 6_000, 8_000, 10_000]);
    expect(changes).toEqual([]);
  });

  it('preserves the phases of connections that were added at different times', () => {
    vi.advanceTimersByTime(700);
    const other = new EventEmitter();
    heartbeat.add(other, 'two');
    heartbeat.remove(line);
    heartbeat.add(line, 'one');
    vi.advanceTimersByTime(4_000);
    expect(pings).toEqual([2_700, 4_700]);
  });

  it('reports once when a connection becomes silent, and once when it sends again', () => {
    answers = false;
    vi.advanceTimersByTime(2_900);
    expect(changes).toEqual([]);
    vi.advanceTimersByTime(3_000);
    expect(changes).toEqual([['one', true]]);
    line.emit('packet');
    line.emit('packet');
    expect(changes).toEqual([
      ['one', true],
      ['one', false],
    ]);
    vi.advanceTimersByTime(3_000);
    expect(changes).toHaveLength(3);
  });

  it('closes a connection six seconds after an unanswered ping, without another ping', () => {
    answers = false;
    vi.advanceTimersByTime(20_000);
    expect(pings).toEqual([2_000]);
    expect(closed).toEqual([8_000]);
  });

  it('counts any packet as an answer', () => {
    answers = false;
    for (let i = 0; i < 20; i += 1) {
      vi.advanceTimersByTime(900);
      line.emit('packet');
    }
    expect(changes).toEqual([]);
    expect(pings).toHaveLength(9);
  });

  it('ignores silence during a delay of the process itself', () => {
    answers = false;
    vi.advanceTimersByTime(2_000);
    delayMs = 8_000;
    vi.advanceTimersByTime(100);
    line.emit('packet');
    vi.advanceTimersByTime(1_000);
    expect(changes).toEqual([]);
    expect(closed).toEqual([]);
  });

  it('reports changes to the newest owner', () => {
    answers = false;
    heartbeat.add(line, 'two');
    expect(line.listenerCount('packet')).toBe(1);
    vi.advanceTimersByTime(3_000);
    expect(changes).toEqual([['two', true]]);
  });

  it('ignores a removed connection, and runs no timer without connections', () => {
    heartbeat.remove(line);
    expect(vi.getTimerCount()).toBe(0);
    expect(line.listenerCount('packet')).toBe(0);
    vi.advanceTimersByTime(10_000);
    expect([...pings, ...changes, ...closed]).toEqual([]);
    heartbeat.add(line, 'one');
    vi.advanceTimersByTime(2_000);
    expect(pings).toHaveLength(1);
  });
});
