/** What the thread that makes AAC is told of a stream. Ticks are of 48 kHz, as everywhere with sound. */
export type AacCommand = AacOrder & Readonly<{ stream: number }>;

export type AacOrder =
  /** Begins it; its first frame begins at `fromTicks`, what is fed of the time before is only decoded. */
  | Readonly<{ type: 'open'; fromTicks: number }>
  | Readonly<{ type: 'feed'; packets: OpusPackets }>
  /** No more comes: what was fed is encoded to its end, then `finished` is said. */
  | Readonly<{ type: 'finish' }>
  | Readonly<{ type: 'close' }>;

/** Opus packets one after another; each lasts `durations[i]` ticks and takes `lengths[i]` of the bytes. */
export type OpusPackets = Readonly<{
  baseTicks: number;
  bytes: Uint8Array<ArrayBuffer>;
  lengths: Uint32Array<ArrayBuffer>;
  durations: Uint32Array<ArrayBuffer>;
}>;

/** What the thread says. */
export type AacReport =
  /** Frames one after another, the first at `baseTicks`. */
  | {
      type: 'frames';
      stream: number;
      baseTicks: number;
      bytes: Uint8Array<ArrayBuffer>;
      lengths: Uint32Array<ArrayBuffer>;
    }
  /** The oldest `feed` that was not answered yet was taken in. */
  | { type: 'fed'; stream: number }
  | { type: 'finished'; stream: number }
  | { type: 'failed'; stream: number; message: string };
