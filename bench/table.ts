import type { Figure, Row, Spread } from './row.js';

const TITLES = ['what', 'measured', 'baseline', 'ratio', 'wanted', ''] as const;

/** Returns whether a row is within its limit; null if it has none. */
export function isWithinLimit({ measured, ratio, wanted }: Row): boolean | null {
  if (wanted === null) return null;
  const judged = wanted.of === 'ratio' ? ratio : measured;
  if (judged === null) return false;
  return 'atMost' in wanted ? judged.median <= wanted.atMost : judged.median >= wanted.atLeast;
}

/**
 * Formats the rows as a Markdown table: medians, with the lowest and highest rounds in brackets.
 */
export function formatTable(rows: readonly Row[]): string {
  const cells = rows.map((row) => [
    row.name,
    formatFigure(row.measured),
    row.baseline === null ? '' : formatFigure(row.baseline),
    row.ratio === null ? '' : `${formatSpread(row.ratio)} x`,
    formatWanted(row),
    { true: 'yes', false: 'NO', null: '' }[`${isWithinLimit(row)}`],
  ]);
  const widths = TITLES.map((title, column) =>
    Math.max(title.length, ...cells.map((row) => row[column]?.length ?? 0)),
  );
  const line = (texts: readonly string[]) =>
    `| ${texts.map((text, column) => text.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  const rule = `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`;
  return [line(TITLES), rule, ...cells.map(line)].join('\n');
}

function formatFigure(figure: Figure): string {
  return `${formatSpread(figure)} ${figure.unit}`;
}

function formatSpread({ median, min, max }: Spread): string {
  return min === max
    ? formatNumber(median)
    : `${formatNumber(median)} (${formatNumber(min)}–${formatNumber(max)})`;
}

function formatWanted({ measured, wanted }: Row): string {
  if (wanted === null) return '';
  const unit = wanted.of === 'ratio' ? 'x' : measured.unit;
  return 'atMost' in wanted
    ? `at most ${formatNumber(wanted.atMost)} ${unit}`
    : `at least ${formatNumber(wanted.atLeast)} ${unit}`;
}

/** Formats a figure with three digits, which is the precision of the measurement. */
function formatNumber(value: number): string {
  return Math.abs(value) >= 100 ? value.toFixed(0) : String(Number(value.toPrecision(3)));
}
