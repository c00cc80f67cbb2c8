import { describe, expect, it } from 'vitest';
import { gridOf, moveIn } from './emoji-grid.js';

const listed = (count: number) =>
  Array.from({ length: count }, (_, i) => ({ emoji: `${i}`, name: `n${i}`, words: [] }));

describe('the emoji grid', () => {
  const grid = gridOf([
    { label: 'A', emoji: listed(10) },
    { label: 'None', emoji: [] },
    { label: 'B', emoji: listed(3) },
  ]);

  it('has rows of eight and omits empty groups', () => {
    expect(
      grid.map(({ label, firstRow, rows }) => [label, firstRow, rows.map((row) => row.length)]),
    ).toEqual([
      ['A', 0, [8, 2]],
      ['B', 2, [3]],
    ]);
  });

  it.each([
    ['ArrowRight', { row: 0, column: 7 }, { row: 1, column: 0 }],
    ['ArrowRight', { row: 2, column: 2 }, null],
    ['ArrowLeft', { row: 2, column: 0 }, { row: 1, column: 1 }],
    ['ArrowLeft', { row: 0, column: 0 }, null],
    ['ArrowDown', { row: 0, column: 5 }, { row: 1, column: 1 }],
    ['ArrowDown', { row: 2, column: 0 }, null],
    ['ArrowUp', { row: 2, column: 1 }, { row: 1, column: 1 }],
    ['ArrowUp', { row: 0, column: 3 }, 'above'],
    ['Home', { row: 0, column: 3 }, { row: 0, column: 0 }],
    ['End', { row: 1, column: 0 }, { row: 1, column: 1 }],
    ['x', { row: 1, column: 0 }, null],
  ])('%s moves from %o to %o', (key, from, to) => {
    expect(moveIn(grid, from, key)).toEqual(to);
  });
});
