/** Returns an empty storage like a tab's sessionStorage. */
export function tabStorage() {
  const items = new Map<string, string>();
  return {
    keys: (): string[] => [...items.keys()],
    getItem: (key: string): string | null => items.get(key) ?? null,
    setItem: (key: string, value: string): void => void items.set(key, value),
    removeItem: (key: string): void => void items.delete(key),
  };
}
