import { type ReadonlySignal, signal } from '@preact/signals-core';

/**
 * The tracks that a `<video>` plays. While a track is still playing, it is replaced within the same
 * stream, so the picture stays until the next frame. With a new stream, the element would start
 * again and show nothing at first.
 */
export class PlayedStream {
  readonly #stream = signal<MediaStream | null>(null);

  /**
   * The stream, which remains the same object as long as the element can continue; null before the
   * first track.
   */
  get stream(): ReadonlySignal<MediaStream | null> {
    return this.#stream;
  }

  get tracks(): readonly MediaStreamTrack[] {
    return this.#stream.peek()?.getTracks() ?? [];
  }

  /** Returns whether a track of this kind is playing and hasn't ended. */
  plays(kind: string): boolean {
    return this.tracks.some((track) => track.kind === kind && track.readyState === 'live');
  }

  /** Plays tracks, each replacing the current one of its kind. */
  add(tracks: readonly MediaStreamTrack[]): void {
    if (tracks.length === 0) return;
    const stream = this.#stream.peek();
    // Audio is replaced first, so that the stream always contains a live track.
    const fresh = tracks.toSorted((a, b) => a.kind.localeCompare(b.kind));
    const kinds = new Set(fresh.map(({ kind }) => kind));
    const replaced = this.tracks.filter(({ kind }) => kinds.has(kind));
    if (stream && canContinue(this.tracks, { replaced, fresh }))
      return exchange(stream, { replaced, fresh });
    const kept = this.tracks.filter(
      ({ kind, readyState }) => readyState === 'live' && !kinds.has(kind),
    );
    this.#stream.value = new MediaStream([...kept, ...fresh]);
  }

  /** Plays these tracks and no others. */
  set(tracks: readonly MediaStreamTrack[]): void {
    this.add(tracks);
    const stream = this.#stream.peek();
    for (const track of this.tracks) if (!tracks.includes(track)) stream?.removeTrack(track);
  }
}

type Exchange = Readonly<Record<'replaced' | 'fresh', readonly MediaStreamTrack[]>>;

/**
 * Returns whether an element that plays these tracks keeps its picture until the next frame, and
 * keeps playing. Firefox stops when the stream contains no live track, even for a moment.
 */
function canContinue(tracks: readonly MediaStreamTrack[], { replaced, fresh }: Exchange): boolean {
  const isLive = ({ readyState }: MediaStreamTrack) => readyState === 'live';
  if (replaced.some((track) => track.kind === 'video' && !isLive(track))) return false;
  const playing = new Set(tracks.filter(isLive).map(({ kind }) => kind));
  return fresh.every(({ kind }) => {
    playing.delete(kind);
    const isPossible = playing.size > 0 || !replaced.some((track) => track.kind === kind);
    playing.add(kind);
    return isPossible;
  });
}

/** The old track is removed first, because otherwise Firefox wouldn't show the new one. */
function exchange(stream: MediaStream, { replaced, fresh }: Exchange): void {
  for (const track of fresh) {
    for (const old of replaced) if (old.kind === track.kind) stream.removeTrack(old);
    stream.addTrack(track);
  }
}
