import { vi } from 'vitest';
import { systemClock } from '../../src/common/clock.js';

/**
 * Stops the clock of the services that run in this process, so that no rate limit refills, no
 * matter how slow the machine is. Returns a function that restarts it: `beforeEach(stopClock)`, or
 * `onTestFinished(stopClock())` in a test.
 */
export function stopClock(): () => void {
  const clock = vi.spyOn(systemClock, 'nowMs').mockReturnValue(Date.now());
  return () => clock.mockRestore();
}
