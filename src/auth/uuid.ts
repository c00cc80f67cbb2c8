const UUID = /^[\da-f]{8}-(?:[\da-f]{4}-){3}[\da-f]{12}$/i;

/** Whether the database can be asked about it: other texts make its driver throw. */
export function isUuid(text: string): boolean {
  return UUID.test(text);
}
