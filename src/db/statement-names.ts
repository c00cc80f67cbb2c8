/** Prepared statements per connection; this service has far fewer queries. */
const NAMES_MAX = 200;

/** PostgreSQL's name of the unnamed statement. */
const UNNAMED = '';

/**
 * Assigns each statement text a name. PostgreSQL parses a named statement once per connection and,
 * after a few runs, stops planning it; in the embedded database that is more than half of a small
 * query's cost. Beyond the limit statements remain unnamed.
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
