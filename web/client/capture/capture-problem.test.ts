import { describe, expect, it } from 'vitest';
import { captureProblemOf, type CaptureSource } from './capture-problem.js';

function problem(name: string, source: CaptureSource = 'camera', message = '') {
  return captureProblemOf(new DOMException(message, name), source, { secure: true });
}

describe('captureProblemOf', () => {
  it('explains how to allow a blocked device', () => {
    expect(problem('NotAllowedError')).toEqual({
      source: 'camera',
      kind: 'denied',
      message:
        'Your browser blocked the camera. Allow it in the address bar, then press Try again.',
      short: 'Blocked by your browser',
      retriable: true,
    });
  });

  it('distinguishes a refusal by the system from one by the browser', () => {
    const { kind, message } = problem(
      'NotAllowedError',
      'microphone',
      'Permission denied by system',
    );
    expect(kind).toBe('denied_by_system');
    expect(message).toContain('privacy settings');
  });

  it.each([
    ['NotFoundError', 'missing', /Plug one in/],
    ['OverconstrainedError', 'missing', /Plug one in/],
    ['NotReadableError', 'busy', /in use by another program/],
    ['AbortError', 'busy', /in use by another program/],
    ['SomethingNew', 'unknown', /Try again/],
  ] as const)('maps %s to %s', (name, kind, message) => {
    expect(problem(name)).toMatchObject({ kind, message: expect.stringMatching(message) });
  });

  it('treats a closed screen picker as canceled', () => {
    expect(problem('NotAllowedError', 'screen').kind).toBe('cancelled');
  });

  it('asks for HTTPS or localhost on an insecure page, without offering a retry', () => {
    const error = new TypeError("Cannot read properties of undefined (reading 'getUserMedia')");
    expect(captureProblemOf(error, 'camera', { secure: false })).toMatchObject({
      kind: 'insecure',
      retriable: false,
      message: expect.stringMatching(/HTTPS.*localhost/),
    });
  });

  it('reports a browser that cannot share a screen', () => {
    const error = new TypeError('getDisplayMedia is not a function');
    expect(captureProblemOf(error, 'screen', { secure: true }).kind).toBe('unsupported');
  });
});
