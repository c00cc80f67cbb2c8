import type { EmojiGroup, ListedEmoji } from './emoji-list.js';

/** The number of touch-sized cells that fit into the narrowest chat. */
export const COLUMNS = 8;

/** A group of the picker, split into rows. `firstRow` counts across all groups. */
export type GridGroup = Readonly<{
  label: string;
  firstRow: number;
  rows: readonly (readonly ListedEmoji[])[];
}>;

/** The position of an emoji across all groups. */
export type Cell = Readonly<{ row: number; column: number }>;

/** Splits groups into rows of {@link COLUMNS} and omits empty groups. This is a pure function. */
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
 * Returns the cell to which a key moves the focus. Left and right wrap to the adjacent row. Returns
 * null if the focus doesn't move, and `'above'` if it leaves the grid at the top.
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
