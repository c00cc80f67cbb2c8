const KEY = /^[\w-]+(?:\.[\w-]+)*(?:\/[\w-]+(?:\.[\w-]+)*)*$/;

/**
 * Returns a valid key unchanged.
 * @throws for an invalid key, such as one that leads out of the store
 */
export function storeKey(key: string): string {
  if (!KEY.test(key)) throw new Error(`${JSON.stringify(key)} is not a valid recording key`);
  return key;
}
