import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SilenceWatch } from './silence-watch.js';

type Line = { conn: EventEmitter };

describe('SilenceWatch', () => {
  let watch: SilenceWatch<Line>;
  let changes: boolean[];
  let line: Line;
  /** The time by which the clock is ahead of the timers. */
  let delayMs: number;

  beforeEach(() => {
    vi.useFakeTimers();
    changes = [];
    delayMs = 0;
    watch = new SilenceWatch<Line>({
      silentAfterMs: 3_000,
      nowMs: () => performance.now() + delayMs,
      onChange: (_line, isSilent) => void changes.push(isSilent),
    });
    line = { conn: new EventEmitter() };
    watch.add(line);
  });
  afterEach(() => {
    watch.close();
    vi.useRealTimers();
  });

  it('reports once when a connection becomes silent, and when it sends again', () => {
    vi.advanceTimersByTime(3_000);
    expect(changes).toEqual([]);
    vi.advanceTimersByTime(5_000);
    expect(changes).toEqual([true]);
    line.conn.emit('packet');
    line.conn.emit('packet');
    expect(changes).toEqual([true, false]);
    vi.advanceTimersByTime(4_000);
    expect(changes).toEqual([true, false, true]);
  });

  it('reports nothing for connections that respond', () => {
    for (let i = 0; i < 20; i += 1) {
      vi.advanceTimersByTime(2_000);
      line.conn.emit('packet');
    }
    expect(changes).toEqual([]);
  });

  it('ignores silence during a delay of the process itself', () => {
    vi.advanceTimersByTime(1_000);
    delayMs = 5_000;
    vi.advanceTimersByTime(250);
    line.conn.emit('packet');
    vi.advanceTimersByTime(2_000);
    expect(changes).toEqual([]);
    vi.advanceTimersByTime(1_500);
    expect(changes).toEqual([true]);
  });

  it('stops watching a removed connection', () => {
    watch.remove(line);
    vi.advanceTimersByTime(10_000);
    line.conn.emit('packet');
    expect(changes).toEqual([]);
  });
});
