/** One line of the matrix. */
export type Row = Readonly<{
  client: string;
  version: string;
  way: string;
  /** The result, or why there is none. */
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

/** Parses a table written by {@link formatTable}. */
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

/** The way in the single row of a missing client, which replaces a row per way. */
const ALL_WAYS = 'all';
const NOT_INSTALLED = 'not installed here: ';

/** Returns the row of a client that cannot run on this machine. */
export function notInstalled(
  { client, way = ALL_WAYS }: { client: string; way?: string },
  reason: string,
): Row {
  return { client, version: '–', way, seen: `${NOT_INSTALLED}${reason}` };
}

/**
 * Replaces rows of the same client and way, and appends the others. A row of {@link notInstalled}
 * never replaces a result, which comes from a machine that had the client.
 */
export function merged(old: readonly Row[], fresh: readonly Row[]): Row[] {
  const keyOf = ({ client, way }: Row) => `${client} | ${way}`;
  const rows = new Map(old.map((row) => [keyOf(row), row]));
  for (const row of fresh.filter(isResult)) {
    rows.delete(keyOf({ ...row, way: ALL_WAYS }));
    rows.set(keyOf(row), row);
  }
  for (const row of fresh.filter((one) => !isResult(one))) {
    const sameWay = (one: Row) => row.way === ALL_WAYS || one.way === row.way;
    const results = [...rows.values()].filter(isResult);
    if (!results.some((one) => one.client === row.client && sameWay(one)))
      rows.set(keyOf(row), row);
  }
  return [...rows.values()];
}

const isResult = ({ seen }: Row) => !seen.startsWith(NOT_INSTALLED);

const escaped = (text: string) => text.replaceAll('|', '\\|').replaceAll(/\s+/g, ' ').trim();
