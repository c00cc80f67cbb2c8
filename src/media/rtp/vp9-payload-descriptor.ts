/** The VP9 payload descriptor fields that are needed here (RFC 9628 4.2). */
export type Vp9PayloadDescriptor = Readonly<{
  /** The descriptor's length in bytes. */
  length: number;
  /** P: the frame is predicted from other frames. */
  interPredicted: boolean;
  /** B and E: the payload starts or ends a frame of one spatial layer. */
  beginsFrame: boolean;
  endsFrame: boolean;
  /** SID; 0 if there are no layer indices. */
  spatialLayer: number;
}>;

/** The maximum number of references to other frames (RFC 9628 4.2). */
const MAX_REFERENCES = 3;

/** Parses the descriptor; returns null if it is incomplete or nothing follows it. */
export function parseVp9PayloadDescriptor(payload: Uint8Array): Vp9PayloadDescriptor | null {
  const flags = payload[0] ?? 0;
  const has = (mask: number): boolean => (flags & mask) !== 0;
  const [I, P, L, F, B, E, V] = [0x80, 0x40, 0x20, 0x10, 0x08, 0x04, 0x02];
  let offset = 1;
  if (has(I)) offset += (payload[offset] ?? 0) >= 0x80 ? 2 : 1;
  let spatialLayer = 0;
  if (has(L)) {
    spatialLayer = ((payload[offset] ?? 0) >> 1) & 7;
    offset += has(F) ? 1 : 2; // TL0PICIDX
  }
  if (has(F) && has(P)) {
    for (let i = 1, more = true; more; i++) {
      if (i > MAX_REFERENCES) return null;
      more = ((payload[offset] ?? 0) & 1) === 1;
      offset += 1;
    }
  }
  if (has(V)) offset = skipScalabilityStructure(payload, offset);
  if (offset >= payload.length) return null;
  return {
    length: offset,
    interPredicted: has(P),
    beginsFrame: has(B),
    endsFrame: has(E),
    spatialLayer,
  };
}

/** Skips the sizes of the spatial layers and the picture group (RFC 9628 4.2.1). */
function skipScalabilityStructure(payload: Uint8Array, start: number): number {
  const head = payload[start] ?? 0;
  let offset = start + 1;
  if ((head & 0x10) !== 0) offset += 4 * ((head >> 5) + 1); // Y
  if ((head & 0x08) === 0) return offset; // G
  const pictures = payload[offset] ?? 0;
  offset += 1;
  for (let i = 0; i < pictures && offset < payload.length; i++) {
    offset += 1 + (((payload[offset] ?? 0) >> 2) & 3); // R
  }
  return offset;
}
