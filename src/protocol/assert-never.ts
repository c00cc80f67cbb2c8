/**
 * Ends an exhaustive switch, which does not compile if a case is missing. This file has no imports,
 * so that pages can use it without the schema library.
 */
export function assertNever(value: never): never {
  throw new Error(`unexpected value: ${JSON.stringify(value)}`);
}
