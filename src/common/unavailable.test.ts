import { describe, expect, it } from 'vitest';
import { isConnectionLost } from './unavailable.js';

/** A failed raw statement as Prisma reports it, with the cause that its driver adapter found. */
const rawFailure = (cause: object) =>
  Object.assign(withCode('P2010'), { meta: { driverAdapterError: { cause } } });

const withCode = (code: string) => Object.assign(new Error('x'), { code });

describe('isConnectionLost', () => {
  it.each([
    ['a refused connection', withCode('ECONNREFUSED')],
    ['PostgreSQL shutting down', withCode('57P01')],
    ['a cause with a known code', new Error('query failed', { cause: withCode('ETIMEDOUT') })],
    ['one of several addresses', new AggregateError([withCode('ECONNREFUSED')])],
    ['a dropped connection', new Error('Connection terminated unexpectedly')],
    ['a connection lost before', new Error('Client … is not queryable')],
    ['a raw statement whose connection was reset', rawFailure({ kind: 'ConnectionClosed' })],
    ['a raw statement without a server', rawFailure({ kind: 'DatabaseNotReachable' })],
    [
      'a raw statement that a shutdown ended',
      rawFailure({ kind: 'postgres', code: '57P01', originalCode: '57P01' }),
    ],
    ['the embedded database stopped', new Error('the embedded database has stopped')],
  ])('recognizes %s', (_what, error) => {
    expect(isConnectionLost(error)).toBe(true);
  });

  it.each([
    ['a unique violation', withCode('P2002')],
    ['a raw statement that violates a constraint', rawFailure({ originalCode: '23505' })],
    ['a bug', new TypeError('x is not a function')],
    ['no error', undefined],
  ])('does not recognize %s', (_what, error) => {
    expect(isConnectionLost(error)).toBe(false);
  });

  it('returns even if two errors name each other as the cause', () => {
    const a = new Error('a');
    a.cause = new Error('b', { cause: a });
    expect(isConnectionLost(a)).toBe(false);
  });
});
