import { NAL, nalReader } from '../codecs/h264-nal.js';

/** Such a set goes into one packet. One with all scaling lists has some 700 bytes. */
const MAX_SET_BYTES = 1_100;

type Pps = Readonly<{ spsId: number; bytes: Uint8Array }>;

/** The newest parameter sets of one H.264 stream by their ids: 32 and 256 at most, of 1,100 bytes each at most. */
export class H264SetStore {
  readonly #sps = new Map<number, Uint8Array>();
  readonly #pps = new Map<number, Pps>();

  /** @param sprop `sprop-parameter-sets` (RFC 6184 8.1): sets in base64, with commas between them */
  constructor(sprop = '') {
    for (const set of sprop.split(',')) this.put(Buffer.from(set, 'base64'));
  }

  /** Keeps a set, in place of one with its id; ignores what is none. */
  put(nal: Uint8Array): void {
    if (nal.length > MAX_SET_BYTES) return;
    const type = (nal[0] ?? 0) & 0x1f;
    if (type === NAL.sps) this.#putSps(nal);
    else if (type === NAL.pps) this.#putPps(nal);
  }

  /** What a picture needs that refers to a picture parameter set: its sequence's set, then all of that sequence's. */
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
