/**
 * Ends an exhaustive switch. If a case is missing, the switch does not compile. This file has no
 * imports, so that pages can use it without the schema library.
 */
export function assertNever(value: never): never {
  throw new Error(`unexpected value: ${JSON.stringify(value)}`);
}
