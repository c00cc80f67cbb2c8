/** At the end of a switch that leaves nothing out: the compiler holds it to that. */
export function assertNever(value: never): never {
  throw new Error(`not expected: ${JSON.stringify(value)}`);
}
