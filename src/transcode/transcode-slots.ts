/** The right to transcode one broadcast. */
export interface TranscodeSlot {
  /** Idempotent. */
  release(): void;
}

/** Limits the number of broadcasts that are transcoded at the same time. */
export class TranscodeSlots {
  readonly max: number;
  /** The number of uses of each broadcast's slot, which HLS and WebRTC share. */
  readonly #uses = new Map<string, number>();

  constructor(max: number) {
    this.max = max;
  }

  /** The number of broadcasts that are being transcoded. */
  get used(): number {
    return this.#uses.size;
  }

  /** Returns a slot; null if all are in use by other broadcasts. */
  take(broadcastId: string): TranscodeSlot | null {
    const uses = this.#uses.get(broadcastId) ?? 0;
    if (uses === 0 && this.used >= this.max) return null;
    this.#uses.set(broadcastId, uses + 1);
    let isReleased = false;
    return {
      release: () => {
        if (isReleased) return;
        isReleased = true;
        this.#release(broadcastId);
      },
    };
  }

  #release(broadcastId: string): void {
    const uses = (this.#uses.get(broadcastId) ?? 1) - 1;
    if (uses > 0) this.#uses.set(broadcastId, uses);
    else this.#uses.delete(broadcastId);
  }
}
