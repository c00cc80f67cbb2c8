import { describe, expect, it } from 'vitest';
import { statementNames } from './statement-names.js';

describe('statementNames', () => {
  it('assigns one name to each text', () => {
    const nameOf = statementNames();
    const one = nameOf({ sql: 'SELECT 1' });
    expect(one).not.toBe('');
    expect(nameOf({ sql: 'SELECT 2' })).not.toBe(one);
    expect(nameOf({ sql: 'SELECT 1' })).toBe(one);
  });

  it('assigns no more names than the limit', () => {
    const nameOf = statementNames();
    const names = Array.from({ length: 1_000 }, (_, i) => nameOf({ sql: `SELECT ${i}` }));
    expect(new Set(names).size).toBe(201);
    expect(nameOf({ sql: 'SELECT 1' })).toBe(names[1]);
    expect(nameOf({ sql: 'SELECT 999' })).toBe('');
  });
});
