import { describe, expect, it } from 'vitest';
import { withoutPassword } from './postgres.js';

describe('withoutPassword', () => {
  it.each([
    ['postgresql://ann:hunter2@db:5432/onair?sslmode=require', 'postgresql://ann@db:5432/onair'],
    ['postgres://db/onair', 'postgres://db/onair'],
    ['postgresql://ann:hunter2@[/broken', '(not a URL)'],
  ])('reduces %s to %s', (url, shown) => {
    expect(withoutPassword(url)).toBe(shown);
  });
});
