import { pino } from 'pino';
import { beforeEach, describe, expect, it } from 'vitest';
import { DomainError } from './domain-error.js';
import { errorBodyOf } from './error-body.js';
import { QueueFullError } from './serial-queue.js';

let lines: string[];
const log = pino({ level: 'debug' }, { write: (line: string) => void lines.push(line) });
const bodyOf = (error: unknown) => errorBodyOf(error, log, { request: 'chat:send' });

beforeEach(() => {
  lines = [];
});

describe('errorBodyOf', () => {
  it('returns a domain error as it is, and logs nothing', () => {
    const error = new DomainError('rate_limited', 'Wait.', { retryAfterMs: 5, cause: 'secret' });
    expect(bodyOf(error)).toEqual({ code: 'rate_limited', message: 'Wait.', retryAfterMs: 5 });
    expect(lines).toEqual([]);
  });

  it('reports a full queue as busy', () => {
    expect(bodyOf(new QueueFullError(5))).toMatchObject({
      code: 'unavailable',
      retryAfterMs: 1_000,
    });
  });

  it('reports a lost database as unavailable, with a warning', () => {
    const error = new Error('query failed', { cause: { code: 'ECONNREFUSED' } });
    expect(bodyOf(error)).toMatchObject({ code: 'unavailable', retryAfterMs: 2_000 });
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { level: 40, request: 'chat:send' },
    ]);
  });

  it.each([new Error('SELECT secret'), 'secret', null])('reveals nothing about %s', (error) => {
    expect(JSON.stringify(bodyOf(error))).not.toContain('secret');
    expect(bodyOf(error).code).toBe('internal');
    expect(lines.map((line) => JSON.parse(line))[0]).toMatchObject({ level: 50 });
  });
});
