/** The maximum nesting depth of objects and lists. */
export const JSON_DEPTH_MAX = 24;
/** The maximum number of keys and elements in total. */
const JSON_MEMBERS_MAX = 20_000;

/** Reports rejected JSON. The message says why, without quoting the text. */
export class StrictJsonError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'StrictJsonError';
  }
}

/** The keys that cause prototype pollution in code that copies members one by one. */
const POISON: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/**
 * Parses JSON, and rejects ambiguous or dangerous texts: those with duplicate keys, which different
 * programs interpret differently, and those with a key such as `__proto__`. Takes time linear in
 * the length of the text.
 * @throws {StrictJsonError} including for too much depth, too many members, or a NUL character,
 *   which the database can't store
 */
export function parseStrictJson(text: string): unknown {
  assertStrictJson(text);
  try {
    return JSON.parse(text);
  } catch {
    // The engine's message would quote the text.
    throw new StrictJsonError('This is not valid JSON.');
  }
}

/** Checks a text for everything that {@link parseStrictJson} rejects. Invalid JSON may pass. */
export function assertStrictJson(text: string): void {
  new Scanner(text).run();
}

/** An open container: the keys seen so far for an object, null for a list. */
type Container = Set<string> | null;

class Scanner {
  readonly #text: string;
  #at = 0;
  #members = 0;
  readonly #open: Container[] = [];

  constructor(text: string) {
    this.#text = text;
  }

  run(): void {
    for (; this.#at < this.#text.length; this.#at += 1) this.#step(this.#text.charAt(this.#at));
  }

  #step(char: string): void {
    if (char === '"') this.#string();
    else if (char === '{') this.#push(new Set());
    else if (char === '[') this.#push(null);
    else if (char === '}' || char === ']') this.#open.pop();
    else if (char === ',') this.#count();
  }

  #push(container: Container): void {
    this.#count();
    if (this.#open.push(container) > JSON_DEPTH_MAX)
      throw new StrictJsonError(
        `Objects and lists can be nested up to ${JSON_DEPTH_MAX} levels deep.`,
      );
  }

  #count(): void {
    this.#members += 1;
    if (this.#members > JSON_MEMBERS_MAX)
      throw new StrictJsonError(`The JSON has more than ${JSON_MEMBERS_MAX} keys and elements.`);
  }

  /** Advances to the closing quote of a string. */
  #string(): void {
    const start = this.#at;
    let end = start + 1;
    let escaped = false;
    for (; end < this.#text.length && this.#text[end] !== '"'; end += 1)
      if (this.#text[end] === '\\') {
        escaped = true;
        end += 1;
      }
    this.#at = end;
    const raw = this.#text.slice(start + 1, end);
    if (escaped && hasNul(raw)) throw new StrictJsonError('Strings can’t contain NUL.');
    const names = this.#open.at(-1);
    if (names && this.#isName()) this.#name(names, escaped ? unescape(raw) : raw);
  }

  /** Whether a colon follows the string. */
  #isName(): boolean {
    let next = this.#at + 1;
    while (/[\s]/.test(this.#text.charAt(next))) next += 1;
    return this.#text[next] === ':';
  }

  #name(names: Set<string>, name: string): void {
    if (POISON.has(name)) throw new StrictJsonError('An object has a key that is not allowed.');
    if (names.has(name)) throw new StrictJsonError('An object has a duplicate key.');
    names.add(name);
  }
}

function hasNul(raw: string): boolean {
  return /(?:^|[^\\])(?:\\\\)*\\u0000/.test(raw);
}

function unescape(raw: string): string {
  try {
    return String(JSON.parse(`"${raw}"`));
  } catch {
    // This is invalid JSON, which the parser will report.
    return raw;
  }
}
