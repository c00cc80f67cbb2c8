import { describe, expect, it } from 'vitest';
import { statementNames } from './statement-names.js';

describe('statementNames', () => {
  it('gives each text its own name, and always the same', () => {
    const nameOf = statementNames();
    const one = nameOf({ sql: 'SELECT 1' });
    expect(one).not.toBe('');
    expect(nameOf({ sql: 'SELECT 2' })).not.toBe(one);
    expect(nameOf({ sql: 'SELECT 1' })).toBe(one);
  });

  it('gives no more names than a connection should keep', () => {
    const nameOf = statementNames();
    const names = Array.from({ length: 1_000 }, (_, i) => nameOf({ sql: `SELECT ${i}` }));
    expect(new Set(names).size).toBe(201);
    expect(nameOf({ sql: 'SELECT 1' })).toBe(names[1]);
    expect(nameOf({ sql: 'SELECT 999' })).toBe('');
  });
});
