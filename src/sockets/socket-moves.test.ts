import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { OnairServer } from '../common/gateway.js';
import { TypedEmitter } from '../common/typed-emitter.js';
import { SocketMoves } from './socket-moves.js';

const DURATION_MS = 60_000;

/** Begins a drain of a node with clients of which the first publishes. */
function drainWith(clients: number) {
  const askedMs: number[] = [];
  const beganMs = Date.now();
  const sockets = new Map(
    Array.from({ length: clients }, (_, index) => {
      const id = String(index);
      const emit = () => void (askedMs[index] = Date.now() - beganMs);
      return [id, { id, connected: true, emit }] as const;
    }),
  );
  const emitter = new TypedEmitter<{ begun: []; ended: []; cancelled: [] }>();
  const moves = new SocketMoves({
    drain: {
      events: emitter.listenable,
      get elapsedMs() {
        return Date.now() - beganMs;
      },
      durationMs: DURATION_MS,
      sendsElsewhere: true,
      waitFor: () => undefined,
    },
    io: { sockets: { sockets } } as unknown as OnairServer,
    publishes: (id) => id === '0',
  });
  emitter.emit('begun');
  return { askedMs, moves };
}

describe('the clients of a draining node', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('are asked within 100 ms each if there are few of them', () => {
    const { askedMs, moves } = drainWith(20);
    vi.advanceTimersByTime(DURATION_MS);
    moves.close();
    expect(Math.max(...askedMs.slice(1))).toBeLessThanOrEqual(2_000);
    // Its viewers haven't left yet.
    expect(askedMs[0]).toBe(DURATION_MS * 0.6);
  });

  it('are asked over 60 % of the time if there are many', () => {
    const { askedMs, moves } = drainWith(3_000);
    vi.advanceTimersByTime(DURATION_MS);
    moves.close();
    const halfMs = askedMs.filter((ms) => ms <= DURATION_MS * 0.3).length / askedMs.length;
    expect(halfMs).toBeGreaterThan(0.45);
    expect(halfMs).toBeLessThan(0.55);
    expect(Math.max(...askedMs)).toBe(DURATION_MS * 0.6);
  });
});
