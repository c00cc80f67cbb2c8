/** A map with a maximum size. When it is full, the least recently set entry is evicted. */
export class BoundedMap<Key, Value> {
  readonly #max: number;
  readonly #map = new Map<Key, Value>();

  constructor(max: number) {
    this.#max = max;
  }

  get(key: Key): Value | undefined {
    return this.#map.get(key);
  }

  set(key: Key, value: Value): void {
    this.#map.delete(key);
    this.#map.set(key, value);
    if (this.#map.size <= this.#max) return;
    const [oldest] = this.#map.keys();
    if (oldest !== undefined) this.#map.delete(oldest);
  }

  delete(key: Key): void {
    this.#map.delete(key);
  }

  clear(): void {
    this.#map.clear();
  }

  /** Returns the entries in the order in which they were set. */
  entries(): IterableIterator<[Key, Value]> {
    return this.#map.entries();
  }
}
