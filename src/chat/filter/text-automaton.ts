type Node = { readonly next: Map<string, number>; fail: number; ends: boolean };

/**
 * Tests in one pass whether a text contains any of a set of strings, regardless of how many there
 * are (Aho–Corasick, 1975).
 */
export class TextAutomaton {
  readonly #nodes: Node[] = [newNode()];

  /** @param strings empty strings never match */
  constructor(strings: Iterable<string>) {
    for (const string of strings) if (string !== '') this.#add(string);
    this.#link();
  }

  isIn(text: string): boolean {
    let at = 0;
    for (const character of text) {
      at = this.#step(at, character);
      if (this.#node(at).ends) return true;
    }
    return false;
  }

  #add(string: string): void {
    let at = 0;
    for (const character of string) {
      const { next } = this.#node(at);
      let child = next.get(character);
      if (child === undefined) {
        child = this.#nodes.push(newNode()) - 1;
        next.set(character, child);
      }
      at = child;
    }
    this.#node(at).ends = true;
  }

  /**
   * Computes the failure links breadth-first, so that a node's link is known before those of its
   * children.
   */
  #link(): void {
    const queue = [0];
    for (const index of queue) {
      const { next, fail } = this.#node(index);
      for (const [character, childIndex] of next) {
        const child = this.#node(childIndex);
        child.fail = index === 0 ? 0 : this.#step(fail, character);
        child.ends ||= this.#node(child.fail).ends;
        queue.push(childIndex);
      }
    }
  }

  #step(from: number, character: string): number {
    let at = from;
    for (;;) {
      const { next, fail } = this.#node(at);
      const child = next.get(character);
      if (child !== undefined) return child;
      if (at === 0) return 0;
      at = fail;
    }
  }

  #node(index: number): Node {
    const node = this.#nodes[index];
    if (!node) throw new Error(`the automaton has no node ${index}`);
    return node;
  }
}

const newNode = (): Node => ({ next: new Map(), fail: 0, ends: false });
