/** The size that marks a modifier whose size doesn't fit into one byte. */
const LONG_SIZE = 256;

/**
 * Skips the modifiers of a tag's enhanced header (Enhanced RTMP v2, `ModEx`), which only refine
 * times. Returns the packet type that follows them, and the position of the rest of the header.
 */
export function readModifiers(
  body: Uint8Array,
  { packetType, modEx }: { packetType: number; modEx: number },
): { packetType: number; at: number } {
  let type = packetType;
  let at = 1;
  while (type === modEx && at < body.length) {
    let size = (body[at] ?? 0) + 1;
    at += 1;
    if (size === LONG_SIZE) {
      size = ((body[at] ?? 0) << 8) + (body[at + 1] ?? 0) + 1;
      at += 2;
    }
    at += size;
    type = (body[at] ?? 0) & 0x0f;
    at += 1;
  }
  return { packetType: type, at };
}
