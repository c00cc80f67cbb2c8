import { describe, expect, it } from 'vitest';
import { isConnectionLost } from './unavailable.js';

const withCode = (code: string) => Object.assign(new Error('x'), { code });

describe('isConnectionLost', () => {
  it.each([
    ['a refused connection', withCode('ECONNREFUSED')],
    ['PostgreSQL shutting down', withCode('57P01')],
    ['a cause with a known code', new Error('query failed', { cause: withCode('ETIMEDOUT') })],
    ['one of several addresses', new AggregateError([withCode('ECONNREFUSED')])],
    ['a dropped connection', new Error('Connection terminated unexpectedly')],
    ['the embedded database stopped', new Error('the embedded database has stopped')],
  ])('recognizes %s', (_what, error) => {
    expect(isConnectionLost(error)).toBe(true);
  });

  it.each([
    ['a unique violation', withCode('P2002')],
    ['a bug', new TypeError('x is not a function')],
    ['no error', undefined],
  ])('does not recognize %s', (_what, error) => {
    expect(isConnectionLost(error)).toBe(false);
  });

  it('returns even if two errors are the cause of each other', () => {
    const a = new Error('a');
    a.cause = new Error('b', { cause: a });
    expect(isConnectionLost(a)).toBe(false);
  });
});
