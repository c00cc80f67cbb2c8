import { NAL, nalReader } from '../codecs/h264-nal.js';

/**
 * A set of this size fits into one packet. A set with all scaling lists is about 700 bytes long.
 */
const MAX_SET_BYTES = 1_100;

type Pps = Readonly<{ spsId: number; bytes: Uint8Array }>;

/**
 * The newest parameter sets of one H.264 stream, by id: at most 32 sequence and 256 picture
 * parameter sets, of up to 1,100 bytes each.
 */
export class H264SetStore {
  readonly #sps = new Map<number, Uint8Array>();
  readonly #pps = new Map<number, Pps>();

  /** @param sprop `sprop-parameter-sets` (RFC 6184 8.1): sets in base64, separated by commas */
  constructor(sprop = '') {
    for (const set of sprop.split(',')) this.put(Buffer.from(set, 'base64'));
  }

  /** Stores a parameter set, replacing any set with the same id. Ignores all other NAL units. */
  put(nal: Uint8Array): void {
    if (nal.length > MAX_SET_BYTES) return;
    const type = (nal[0] ?? 0) & 0x1f;
    if (type === NAL.sps) this.#putSps(nal);
    else if (type === NAL.pps) this.#putPps(nal);
  }

  /**
   * Returns the sets for a frame that refers to a picture parameter set: the sequence parameter
   * set, then all picture parameter sets of that sequence. Returns an empty list if they are
   * unknown.
   */
  setsFor(ppsId: number): Uint8Array[] {
    const spsId = this.#pps.get(ppsId)?.spsId ?? -1;
    const sps = this.#sps.get(spsId);
    if (!sps) return [];
    const ofSequence = [...this.#pps.values()].filter((pps) => pps.spsId === spsId);
    return [sps, ...ofSequence.map(({ bytes }) => bytes)];
  }

  #putSps(nal: Uint8Array): void {
    const reader = nalReader(nal);
    reader.skip(24); // profile_idc, constraints, level_idc
    const id = reader.unsignedExpGolomb();
    if (!reader.failed && id <= 31) this.#sps.set(id, Uint8Array.from(nal));
  }

  #putPps(nal: Uint8Array): void {
    const reader = nalReader(nal);
    const id = reader.unsignedExpGolomb();
    const spsId = reader.unsignedExpGolomb();
    if (!reader.failed && id <= 255 && spsId <= 31)
      this.#pps.set(id, { spsId, bytes: Uint8Array.from(nal) });
  }
}
