import { CanvasCompositor } from './canvas-compositor.js';
import type { Compositor, CompositorInput } from './compositor.js';
import { WorkerCompositor } from './worker-compositor.js';

/**
 * Creates the best compositor that this browser supports: in a worker, where timers of a background
 * tab are not throttled, otherwise on a canvas of the page.
 */
export function createCompositor(input: CompositorInput): Compositor {
  return WorkerCompositor.supported ? new WorkerCompositor(input) : new CanvasCompositor(input);
}
