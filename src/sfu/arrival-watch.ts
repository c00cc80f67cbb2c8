/** So long nothing may arrive of tracks that are not paused. */
export const SILENCE_MS = 10_000;

/** What was heard of one track at a look. */
export type Heard = Readonly<{ bytes: number; paused: boolean }>;

/**
 * Whether media arrives, from looks at the tracks' byte counters. Silence counts only while a track is not paused: who
 * pauses all of them says so, and is there.
 */
export class ArrivalWatch {
  readonly #onChange: (isArriving: boolean) => void;
  #isArriving = false;
  #bytes = 0;
  #heardAtMs = 0;

  constructor(onChange: (isArriving: boolean) => void) {
    this.#onChange = onChange;
  }

  get isArriving(): boolean {
    return this.#isArriving;
  }

  /** A packet has come. */
  packet(nowMs: number): void {
    this.#heardAtMs = nowMs;
    this.#set(true);
  }

  /** A look at all tracks there are; none: nothing is known. */
  look(tracks: readonly Heard[], nowMs: number): void {
    const bytes = tracks.reduce((sum, track) => sum + track.bytes, 0);
    const isMore = bytes > this.#bytes;
    this.#bytes = bytes;
    if (tracks.length === 0) return;
    if (isMore || tracks.every(({ paused }) => paused)) this.packet(nowMs);
    else if (nowMs - this.#heardAtMs >= SILENCE_MS) this.#set(false);
  }

  /** The connection is lost: only a packet counts from now on. */
  lost(): void {
    this.#set(false);
  }

  #set(isArriving: boolean): void {
    if (isArriving === this.#isArriving) return;
    this.#isArriving = isArriving;
    this.#onChange(isArriving);
  }
}
