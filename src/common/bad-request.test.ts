import { describe, expect, it } from 'vitest';
import { stageRequests } from '../protocol/stage.js';
import { badRequest } from './bad-request.js';

const join = {
  channel: 'tea',
  token: 'secret',
  name: 'Bob',
  rtpCapabilities: { codecs: [], headerExtensions: [] },
};

/** Returns the error message for a request to join a stage; null if the request is valid. */
function problemOf(more: Record<string, unknown>): string | null {
  const { error } = stageRequests['stage:join'].payload.safeParse({ ...join, ...more });
  return error === undefined ? null : badRequest(error.issues).message;
}

describe('the message for an invalid request', () => {
  it('names the field', () => {
    const issue = { path: ['limits', 'maximum'], message: 'at most 8' };
    expect(badRequest([issue]).message).toBe('limits.maximum: at most 8');
    expect(badRequest([{ message: 'not an object' }]).message).toBe('not an object');
  });

  it('is the schema’s own sentence if there is one', () => {
    const sentence = 'Enter a name of 2 to 30 characters.';
    expect(problemOf({})).toBe(null);
    for (const name of ['', ' B ', '😀', 'B'.repeat(31), '\u202EB'])
      expect(problemOf({ name })).toBe(sentence);
    const damaged = 'This link is incomplete or damaged. Ask the host for a new one.';
    for (const token of ['', 'x'.repeat(101)]) expect(problemOf({ token })).toBe(damaged);
  });

  it('keeps the path of each issue', () => {
    const issue = { path: ['name'], message: 'Enter a name.' };
    expect(badRequest([issue]).issues).toEqual([{ path: 'name', message: 'Enter a name.' }]);
  });
});
