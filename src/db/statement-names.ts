/**
 * The maximum number of prepared statements per connection. The server has far fewer different
 * queries.
 */
const NAMES_MAX = 200;

/** PostgreSQL's name for an unnamed statement. */
const UNNAMED = '';

/**
 * Assigns a name to each statement text. PostgreSQL parses a named statement once per connection
 * and, after a few runs, reuses its plan. In the embedded database, parsing and planning account
 * for more than half of the cost of a small query. Beyond the limit, statements remain unnamed.
 */
export function statementNames(): (query: { readonly sql: string }) => string {
  const names = new Map<string, string>();
  return ({ sql }) => {
    const known = names.get(sql);
    if (known !== undefined) return known;
    if (names.size >= NAMES_MAX) return UNNAMED;
    const name = `onair_${names.size}`;
    names.set(sql, name);
    return name;
  };
}
