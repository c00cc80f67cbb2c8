import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { collectHeap } from '../common/collect-heap.js';
import { IdleCollection } from './idle-collection.js';

describe('IdleCollection', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('collects once after the last broadcast', () => {
    const collect = vi.fn<() => void>();
    const collection = new IdleCollection(collect);
    collection.idle();
    collection.idle();
    vi.runAllTimers();
    expect(collect).toHaveBeenCalledOnce();
  });

  it('does not collect while the next broadcast is running', () => {
    const collect = vi.fn<() => void>();
    const collection = new IdleCollection(collect);
    collection.idle();
    collection.cancel();
    vi.runAllTimers();
    expect(collect).not.toHaveBeenCalled();
  });
});

it('frees objects that are no longer used', async () => {
  const unused = new WeakRef({});
  // A weak reference keeps its target alive until the end of the current job.
  await new Promise((resolve) => setImmediate(resolve));
  collectHeap();
  expect(unused.deref()).toBeUndefined();
});
