/** A command to the AAC encoder thread for one stream. Ticks are at 48 kHz. */
export type AacCommand = AacOrder & Readonly<{ stream: number }>;

export type AacOrder =
  /**
   * Starts the stream. The first frame begins at `fromTicks`; earlier input is decoded but not
   * encoded.
   */
  | Readonly<{ type: 'open'; fromTicks: number }>
  | Readonly<{ type: 'feed'; packets: OpusPackets }>
  /** Ends the input. Everything fed so far is encoded; then `finished` is reported. */
  | Readonly<{ type: 'finish' }>
  | Readonly<{ type: 'close' }>;

/** Consecutive Opus packets. Packet i lasts `durations[i]` ticks and has `lengths[i]` bytes. */
export type OpusPackets = Readonly<{
  baseTicks: number;
  bytes: Uint8Array<ArrayBuffer>;
  lengths: Uint32Array<ArrayBuffer>;
  durations: Uint32Array<ArrayBuffer>;
}>;

/** A report from the encoder thread. */
export type AacReport =
  /** Consecutive frames, the first at `baseTicks`. */
  | {
      type: 'frames';
      stream: number;
      baseTicks: number;
      bytes: Uint8Array<ArrayBuffer>;
      lengths: Uint32Array<ArrayBuffer>;
    }
  /** The oldest unacknowledged `feed` was consumed. */
  | { type: 'fed'; stream: number }
  | { type: 'finished'; stream: number }
  | { type: 'failed'; stream: number; message: string };
