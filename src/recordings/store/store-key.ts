const KEY = /^[\w-]+(?:\.[\w-]+)*(?:\/[\w-]+(?:\.[\w-]+)*)*$/;

/** A key as it is. @throws for what is no key of ours: one that leads elsewhere. */
export function storeKey(key: string): string {
  if (!KEY.test(key)) throw new Error(`${JSON.stringify(key)} is no key of a recording`);
  return key;
}
