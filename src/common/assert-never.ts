/** Ends an exhaustive switch: a missing case becomes a compile error. */
export function assertNever(value: never): never {
  throw new Error(`not expected: ${JSON.stringify(value)}`);
}
