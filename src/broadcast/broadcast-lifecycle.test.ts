import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { BroadcastLifecycle, type Phase } from './broadcast-lifecycle.js';

const clock = { nowMs: () => Date.now() };
const create = (
  more: Partial<ConstructorParameters<typeof BroadcastLifecycle>[0]> = {},
): BroadcastLifecycle =>
  new BroadcastLifecycle({ clock, startTimeoutMs: 30_000, graceMs: 60_000, ...more });

describe('BroadcastLifecycle', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('ends a broadcast if its media never arrives', () => {
    const lifecycle = create();
    vi.advanceTimersByTime(30_000);
    expect(lifecycle.phase).toMatchObject({ name: 'ended', reason: 'never_started' });
  });

  it('waits for a lost publisher during the grace period, then ends', () => {
    const lifecycle = create();
    lifecycle.mediaArrived();
    lifecycle.publisherLost();
    vi.advanceTimersByTime(59_999);
    expect(lifecycle.phase.name).toBe('interrupted');
    vi.advanceTimersByTime(1);
    expect(lifecycle.phase).toMatchObject({ name: 'ended', reason: 'grace_elapsed' });
  });

  it('continues as the same broadcast if the publisher returns in time', () => {
    const lifecycle = create();
    lifecycle.mediaArrived();
    lifecycle.publisherLost();
    vi.advanceTimersByTime(59_000);
    lifecycle.mediaArrived();
    vi.advanceTimersByTime(600_000);
    expect(lifecycle.phase.name).toBe('live');
  });

  it('waits for the full grace period at each interruption', () => {
    const lifecycle = create();
    lifecycle.mediaArrived();
    for (let i = 0; i < 3; i += 1) {
      lifecycle.publisherLost();
      vi.advanceTimersByTime(50_000);
      expect(lifecycle.phase.name).toBe('interrupted');
      lifecycle.mediaArrived();
    }
  });

  it('retains the first end reason', () => {
    const lifecycle = create();
    lifecycle.end('publisher_ended');
    lifecycle.end('server_stopped');
    expect(lifecycle.phase).toMatchObject({ reason: 'publisher_ended' });
  });

  it('starts as interrupted if it was live on another node', () => {
    const lifecycle = create({ wasLive: true });
    expect(lifecycle).toMatchObject({ wasLive: true, phase: { name: 'interrupted' } });
    vi.advanceTimersByTime(60_000);
    expect(lifecycle.phase).toMatchObject({ name: 'ended', reason: 'grace_elapsed' });
  });

  it('ends after the grace period only if it is allowed to', async () => {
    const answers = [false, true].map((mayEnd) => {
      const lifecycle = create({ wasLive: true, mayEnd: () => Promise.resolve(mayEnd) });
      return { lifecycle, expected: mayEnd ? 'ended' : 'interrupted' };
    });
    await vi.advanceTimersByTimeAsync(60_000);
    for (const { lifecycle, expected } of answers) expect(lifecycle.phase.name).toBe(expected);
  });

  it('keeps its phase when the broadcast continues on another node', () => {
    const lifecycle = create({ wasLive: true });
    lifecycle.stop();
    vi.advanceTimersByTime(60_000);
    lifecycle.mediaArrived();
    lifecycle.end('publisher_ended');
    expect(lifecycle.phase.name).toBe('interrupted');
  });

  it('allows only valid transitions for any order of events, and emits each phase once', () => {
    const step = fc.oneof(
      fc.constantFrom('media', 'lost', 'end'),
      fc.integer({ min: 0, max: 90_000 }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const lifecycle = create();
        const seen: Phase['name'][] = ['starting'];
        let endings = 0;
        lifecycle.events.on('entered', (phase) => {
          seen.push(phase.name);
          if (phase.name === 'ended') endings += 1;
        });
        for (const one of steps) {
          if (one === 'media') lifecycle.mediaArrived();
          else if (one === 'lost') lifecycle.publisherLost();
          else if (one === 'end') lifecycle.end('publisher_ended');
          else vi.advanceTimersByTime(one);
          expect(lifecycle.phase.name).toBe(seen.at(-1));
        }
        for (let i = 1; i < seen.length; i += 1)
          expect([
            'starting>live',
            'starting>ended',
            'live>interrupted',
            'live>ended',
            'interrupted>live',
            'interrupted>ended',
          ]).toContain(`${seen[i - 1]}>${seen[i]}`);
        vi.advanceTimersByTime(200_000);
        const last = lifecycle.phase.name;
        expect(last === 'live' ? endings === 0 : endings === 1).toBe(true);
        lifecycle.end('server_stopped');
        expect(vi.getTimerCount()).toBe(0);
      }),
    );
  });
});
