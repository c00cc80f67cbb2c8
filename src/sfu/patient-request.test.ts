import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { PatientRequest } from './patient-request.js';

describe('the packager’s request for a key frame', () => {
  let requests = 0;
  let isJoining = false;
  const patient = () =>
    new PatientRequest({ request: () => (requests += 1), isJoining: () => isJoining });

  beforeEach(() => {
    requests = 0;
    isJoining = false;
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('is sent at once if no viewer is joining', () => {
    patient().ask();
    expect(requests).toBe(1);
  });

  it('is left to a viewer who is joining', () => {
    isJoining = true;
    const one = patient();
    one.ask();
    one.arrived();
    vi.runAllTimers();
    expect(requests).toBe(0);
  });

  it('is sent once, after a short wait, if the viewer gives up', () => {
    isJoining = true;
    const one = patient();
    one.ask();
    one.ask();
    expect(requests).toBe(0);
    vi.advanceTimersByTime(300);
    expect(requests).toBe(1);
  });
});
