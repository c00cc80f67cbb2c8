import { CanvasCompositor } from './canvas-compositor.js';
import type { Compositor, CompositorInput } from './compositor.js';
import { WorkerCompositor } from './worker-compositor.js';

/**
 * Creates the best compositor that this browser supports: one in a worker, where the timers of a
 * background tab aren't throttled, or otherwise one on a canvas of the page.
 */
export function createCompositor(input: CompositorInput): Compositor {
  return WorkerCompositor.supported ? new WorkerCompositor(input) : new CanvasCompositor(input);
}
