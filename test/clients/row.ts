/** One line of the matrix. */
export type Row = Readonly<{
  client: string;
  version: string;
  scenario: string;
  /** The result, or the reason why there is none. */
  seen: string;
}>;

const TITLES = ['client', 'version', 'scenario', 'result'] as const;

export function formatTable(rows: readonly Row[]): string {
  const cells = rows.map((row) => [row.client, row.version, row.scenario, row.seen].map(escaped));
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
      const [client = '', version = '', scenario = '', seen = ''] = line
        .slice(2, -2)
        .split(' | ')
        .map((cell) => cell.trim().replaceAll('\\|', '|'));
      return { client, version, scenario, seen };
    });
}

/**
 * The scenario name for a client that isn't installed. Such a client gets one row, not one per
 * scenario.
 */
const ALL_SCENARIOS = 'all';
const NOT_INSTALLED = 'not installed here: ';

/** Returns the row for a client that can't run on this machine. */
export function notInstalled(
  { client, scenario = ALL_SCENARIOS }: { client: string; scenario?: string },
  reason: string,
): Row {
  return { client, version: '–', scenario, seen: `${NOT_INSTALLED}${reason}` };
}

/**
 * Replaces rows with the same client and scenario, and appends the others. A row from
 * {@link notInstalled} never replaces a result, because results come from a machine that had the
 * client.
 */
export function merged(old: readonly Row[], fresh: readonly Row[]): Row[] {
  const keyOf = ({ client, scenario }: Row) => `${client} | ${scenario}`;
  const rows = new Map(old.map((row) => [keyOf(row), row]));
  for (const row of fresh.filter(isResult)) {
    rows.delete(keyOf({ ...row, scenario: ALL_SCENARIOS }));
    rows.set(keyOf(row), row);
  }
  for (const row of fresh.filter((one) => !isResult(one))) {
    const sameScenario = (one: Row) =>
      row.scenario === ALL_SCENARIOS || one.scenario === row.scenario;
    const results = [...rows.values()].filter(isResult);
    if (!results.some((one) => one.client === row.client && sameScenario(one)))
      rows.set(keyOf(row), row);
  }
  return [...rows.values()];
}

const isResult = ({ seen }: Row) => !seen.startsWith(NOT_INSTALLED);

const escaped = (text: string) => text.replaceAll('|', '\\|').replaceAll(/\s+/g, ' ').trim();
