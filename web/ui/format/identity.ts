/** A name's hue, 0 to 359: the same for the same name, everywhere and always. */
export function hueOf(name: string): number {
  // FNV-1a: short names that differ in one letter land far apart.
  let hash = 0x811c_9dc5;
  for (const character of name.toLowerCase()) {
    hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x0100_0193) >>> 0;
  }
  return hash % 360;
}

/** The letter or digit that stands for a name in its avatar. */
export function initialOf(name: string): string {
  return /[\p{L}\p{N}]/u.exec(name)?.[0].toUpperCase() ?? '?';
}
