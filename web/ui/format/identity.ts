/** Returns a name's hue, from 0 to 359, which is always the same for the same name. */
export function hueOf(name: string): number {
  // FNV-1a yields very different values for short names that differ in one letter.
  let hash = 0x811c_9dc5;
  for (const character of name.toLowerCase()) {
    hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x0100_0193) >>> 0;
  }
  return hash % 360;
}

/** Returns the letter or digit that represents a name in its avatar. */
export function initialOf(name: string): string {
  return /[\p{L}\p{N}]/u.exec(name)?.[0].toUpperCase() ?? '?';
}
