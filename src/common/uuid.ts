const UUID = /^[\da-f]{8}-(?:[\da-f]{4}-){3}[\da-f]{12}$/i;

/** Whether a string is a UUID; the database driver throws for anything else. */
export function isUuid(text: string): boolean {
  return UUID.test(text);
}
