/** One line of the matrix. */
export type Row = Readonly<{
  client: string;
  version: string;
  way: string;
  /** What was seen, or why nothing was. */
  seen: string;
}>;

const TITLES = ['client', 'version', 'way', 'what was seen'] as const;

export function formatTable(rows: readonly Row[]): string {
  const cells = rows.map((row) => [row.client, row.version, row.way, row.seen].map(escaped));
  const widths = TITLES.map((title, column) =>
    Math.max(title.length, ...cells.map((row) => row[column]?.length ?? 0)),
  );
  const line = (texts: readonly string[]) =>
    `| ${texts.map((text, column) => text.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`;
  return [line(TITLES), rule, ...cells.map(line)].join('\n');
}

/** The rows of a table that {@link formatTable} wrote. */
export function readTable(text: string): Row[] {
  return text
    .split('\n')
    .filter((line) => line.startsWith('| ') && !line.startsWith('| ---'))
    .slice(1)
    .map((line) => {
      const [client = '', version = '', way = '', seen = ''] = line
        .slice(2, -2)
        .split(' | ')
        .map((cell) => cell.trim().replaceAll('\\|', '|'));
      return { client, version, way, seen };
    });
}

/** The old rows with the new ones in the places of those of the same client and way, or after them. */
export function merged(old: readonly Row[], fresh: readonly Row[]): Row[] {
  const keyOf = ({ client, way }: Row) => `${client} | ${way}`;
  const rows = new Map(old.map((row) => [keyOf(row), row]));
  for (const row of fresh) rows.set(keyOf(row), row);
  return [...rows.values()];
}

const escaped = (text: string) => text.replaceAll('|', '\\|').replaceAll(/\s+/g, ' ').trim();
