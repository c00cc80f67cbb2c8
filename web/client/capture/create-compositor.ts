import { CanvasCompositor } from './canvas-compositor.js';
import type { Compositor, CompositorInput } from './compositor.js';
import { WorkerCompositor } from './worker-compositor.js';

/**
 * Creates the best compositor that this browser supports: in a worker, where timers aren't
 * throttled in a background tab, or otherwise on a canvas in the page.
 */
export function createCompositor(input: CompositorInput): Compositor {
  return WorkerCompositor.supported ? new WorkerCompositor(input) : new CanvasCompositor(input);
}
