/**
 * The position of a box: `start` is where its size field starts, `from` where its content starts,
 * and `to` where it ends.
 */
export type FoundBox = Readonly<{ type: string; start: number; from: number; to: number }>;

/**
 * Returns the boxes in a range of bytes (ISO/IEC 14496-12 4.2). 64-bit sizes are not supported.
 * @throws RangeError for malformed bytes, or a box that exceeds the range
 */
export function boxesIn(view: DataView, { from, to }: Pick<FoundBox, 'from' | 'to'>): FoundBox[] {
  const boxes: FoundBox[] = [];
  for (let at = from; at < to;) {
    const size = view.getUint32(at);
    if (size < 8 || at + size > to) throw new RangeError(`a box of ${size} bytes at ${at}`);
    boxes.push({ type: typeAt(view, at + 4), start: at, from: at + 8, to: at + size });
    at += size;
  }
  return boxes;
}

/**
 * Returns the first box on a path of types.
 * @throws RangeError if no such box exists
 */
export function findBox(
  view: DataView,
  within: Pick<FoundBox, 'from' | 'to'>,
  [type, ...rest]: readonly string[],
): FoundBox {
  const found = boxesIn(view, within).find((one) => one.type === type);
  if (!found) throw new RangeError(`no box ${type}`);
  return rest.length === 0 ? found : findBox(view, found, rest);
}

const typeAt = (view: DataView, at: number): string =>
  String.fromCharCode(...[0, 1, 2, 3].map((index) => view.getUint8(at + index)));

/**
 * Returns the single sample entry in the `stsd` of an initialization section.
 * @throws RangeError for malformed bytes
 */
export function sampleEntryOf(init: Uint8Array): Uint8Array {
  const view = new DataView(init.buffer, init.byteOffset, init.byteLength);
  const all = { from: 0, to: view.byteLength };
  const { from, to } = findBox(view, all, ['moov', 'trak', 'mdia', 'minf', 'stbl', 'stsd']);
  return init.subarray(from + 8, to);
}
