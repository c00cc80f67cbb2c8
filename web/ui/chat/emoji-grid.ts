import type { EmojiGroup, ListedEmoji } from './emoji-list.js';

/** As many as fit the narrowest chat, with room for a finger on phones. */
export const COLUMNS = 8;

/** A group of the picker, cut into rows. `firstRow` counts over all groups. */
export type GridGroup = Readonly<{
  label: string;
  firstRow: number;
  rows: readonly (readonly ListedEmoji[])[];
}>;

/** Where an emoji is, over all groups. */
export type Cell = Readonly<{ row: number; column: number }>;

/** The groups in rows of {@link COLUMNS}; empty ones are left out. Pure. */
export function gridOf(groups: readonly EmojiGroup[]): GridGroup[] {
  let firstRow = 0;
  return groups
    .filter(({ emoji }) => emoji.length > 0)
    .map(({ label, emoji }) => {
      const rows = Array.from({ length: Math.ceil(emoji.length / COLUMNS) }, (_, row) =>
        emoji.slice(row * COLUMNS, (row + 1) * COLUMNS),
      );
      const group = { label, firstRow, rows };
      firstRow += rows.length;
      return group;
    });
}

/**
 * Where a key leads from a cell. Left and right go on in the next row; null: the key leads nowhere,
 * `'above'`: out of the grid at its top.
 */
export function moveIn(grid: readonly GridGroup[], from: Cell, key: string): Cell | 'above' | null {
  const widths = grid.flatMap(({ rows }) => rows.map(({ length }) => length));
  const at = (row: number, column: number): Cell | null => {
    const width = widths[row];
    return width === undefined ? null : { row, column: Math.min(column, width - 1) };
  };
  const { row, column } = from;
  switch (key) {
    case 'ArrowRight':
      return column + 1 < (widths[row] ?? 0) ? at(row, column + 1) : at(row + 1, 0);
    case 'ArrowLeft':
      return column > 0 ? at(row, column - 1) : at(row - 1, COLUMNS);
    case 'ArrowDown':
      return at(row + 1, column);
    case 'ArrowUp':
      return row === 0 ? 'above' : at(row - 1, column);
    case 'Home':
      return at(row, 0);
    case 'End':
      return at(row, COLUMNS);
    default:
      return null;
  }
}
