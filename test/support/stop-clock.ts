import { vi } from 'vitest';
import { systemClock } from '../../src/common/clock.js';

/**
 * Stops the clock of the services that run in this process. No rate limit refills then, however
 * slow the machine is. Returns a function that starts it again: `beforeEach(stopClock)`, or
 * `onTestFinished(stopClock())` in a test.
 */
export function stopClock(): () => void {
  const clock = vi.spyOn(systemClock, 'nowMs').mockReturnValue(Date.now());
  return () => clock.mockRestore();
}
