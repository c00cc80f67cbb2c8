import type { StoredRange } from '../store/recording-store.js';
import type { RecordingStore } from '../store/recording-store.js';
import type { MoviePiece } from './movie-data.js';
import type { MoviePlan } from './movie-plan.js';

/**
 * Streams a range of a movie's bytes, including both ends.
 * @throws if a file no longer exists or is shorter than planned
 */
export async function* movieBytes(
  { head, pieces }: MoviePlan,
  store: RecordingStore,
  { first, last }: StoredRange,
): AsyncGenerator<Uint8Array> {
  if (first < head.length) yield head.subarray(first, last + 1);
  const from = first - head.length;
  const to = last - head.length;
  for (let index = pieceAt(pieces, Math.max(0, from)); index < pieces.length; index += 1) {
    const piece = pieces[index];
    if (!piece || piece.at > to) return;
    if (piece.bytes > 0)
      yield* pieceBytes(piece, store, {
        first: Math.max(0, from - piece.at),
        last: Math.min(piece.bytes - 1, to - piece.at),
      });
  }
}

async function* pieceBytes(
  { source }: MoviePiece,
  store: RecordingStore,
  { first, last }: StoredRange,
): AsyncGenerator<Uint8Array> {
  if (source instanceof Uint8Array) {
    yield source.subarray(first, last + 1);
    return;
  }
  const { key, from } = source;
  const file = await store.get(key, { first: from + first, last: from + last });
  if (!file) throw new Error(`${key} no longer exists`);
  let missing = last - first + 1;
  for await (const chunk of file) {
    if (!(chunk instanceof Uint8Array)) throw new TypeError('a file was read as text');
    missing -= chunk.length;
    yield chunk;
  }
  if (missing !== 0) throw new Error(`${key} is shorter than expected`);
}

/** Returns the index of the piece that contains a byte, or of the last piece. */
function pieceAt(pieces: readonly MoviePiece[], at: number): number {
  let [low, high] = [0, pieces.length - 1];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((pieces[middle]?.at ?? 0) <= at) low = middle;
    else high = middle - 1;
  }
  return low;
}
