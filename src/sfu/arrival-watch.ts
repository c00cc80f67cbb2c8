/** If no unpaused track has sent anything for this long, media counts as no longer arriving. */
export const SILENCE_MS = 10_000;

/** The state of one track's counter at a check. */
export type Heard = Readonly<{ bytes: number; paused: boolean }>;

/**
 * Detects from the tracks' byte counters whether media is arriving. Silence counts only while at
 * least one track is not paused, because a publisher that has paused all tracks is still connected
 * and sends nothing on purpose.
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

  /** Records a packet. */
  packet(nowMs: number): void {
    this.#heardAtMs = nowMs;
    this.#set(true);
  }

  /** Checks all tracks. Does nothing if there are no tracks. */
  check(tracks: readonly Heard[], nowMs: number): void {
    const bytes = tracks.reduce((sum, track) => sum + track.bytes, 0);
    const isMore = bytes > this.#bytes;
    this.#bytes = bytes;
    if (tracks.length === 0) return;
    if (isMore || tracks.every(({ paused }) => paused)) this.packet(nowMs);
    else if (nowMs - this.#heardAtMs >= SILENCE_MS) this.#set(false);
  }

  /** Records the loss of the connection. Media counts as arriving again once a packet arrives. */
  lost(): void {
    this.#set(false);
  }

  #set(isArriving: boolean): void {
    if (isArriving === this.#isArriving) return;
    this.#isArriving = isArriving;
    this.#onChange(isArriving);
  }
}
