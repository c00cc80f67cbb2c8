/** Statements that a connection keeps planned; the queries of this service are far fewer. */
const NAMES_MAX = 200;

/** What PostgreSQL takes for no name. */
const UNNAMED = '';

/**
 * Names for statements, one for each text: PostgreSQL parses a named one once a connection and, after
 * a few runs, plans it no more. In the embedded database that is more than half of a small query.
 * Beyond the bound statements go without a name, as all did.
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
