import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SilenceWatch } from './silence-watch.js';

type Line = { conn: EventEmitter };

describe('SilenceWatch', () => {
  let watch: SilenceWatch<Line>;
  let changes: boolean[];
  let line: Line;
  /** How far the clock is ahead of the timers. */
  let heldUpMs: number;

  beforeEach(() => {
    vi.useFakeTimers();
    changes = [];
    heldUpMs = 0;
    watch = new SilenceWatch<Line>({
      silentAfterMs: 3_000,
      nowMs: () => performance.now() + heldUpMs,
      onChange: (_line, isSilent) => void changes.push(isSilent),
    });
    line = { conn: new EventEmitter() };
    watch.add(line);
  });
  afterEach(() => {
    watch.close();
    vi.useRealTimers();
  });

  it('says once when a connection falls silent, and when it is heard again', () => {
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

  it('says nothing of connections that answer', () => {
    for (let i = 0; i < 20; i += 1) {
      vi.advanceTimersByTime(2_000);
      line.conn.emit('packet');
    }
    expect(changes).toEqual([]);
  });

  it('blames nobody for what came while the process itself was held up', () => {
    vi.advanceTimersByTime(1_000);
    heldUpMs = 5_000;
    vi.advanceTimersByTime(250);
    line.conn.emit('packet');
    vi.advanceTimersByTime(2_000);
    expect(changes).toEqual([]);
    vi.advanceTimersByTime(1_500);
    expect(changes).toEqual([true]);
  });

  it('forgets a connection that is gone', () => {
    watch.remove(line);
    vi.advanceTimersByTime(10_000);
    line.conn.emit('packet');
    expect(changes).toEqual([]);
  });
});
