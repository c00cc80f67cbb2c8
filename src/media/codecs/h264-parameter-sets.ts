import type { VideoConfig } from './codec-config.js';
import { equalBytes } from './equal-bytes.js';
import { NAL, nalReader } from './h264-nal.js';
import { parseSps, type H264Sps } from './h264-sps.js';

type Sps = H264Sps & { bytes: Uint8Array };
type Pps = Readonly<{ id: number; spsId: number; bytes: Uint8Array }>;

// Even a set with all scaling lists or slice groups is only a few hundred bytes long.
const MAX_SET_BYTES = 4096;
// `avcC` gives the number of picture parameter sets in 8 bits.
const MAX_PPS = 255;

/**
 * The parameter sets of one stream: at most 32 sequence and 256 picture parameter sets, of up to 4
 * KiB each.
 */
export class H264ParameterSets {
  readonly #sps = new Map<number, Sps>();
  readonly #pps = new Map<number, Pps>();
  #config: VideoConfig | null = null;
  /** Whether a set has been added or replaced since the last key frame. */
  #changed = false;
  /** The sets in the current config. */
  #usedSps: Sps | null = null;
  readonly #usedPps = new Map<number, Pps>();

  /** Stores a set, replacing any set with the same id. Ignores malformed sets. */
  put(nal: Uint8Array): void {
    if (nal.length > MAX_SET_BYTES) return;
    const type = (nal[0] ?? 0) & 0x1f;
    if (type === NAL.sps) this.#putSps(nal);
    else if (type === NAL.pps) this.#putPps(nal);
  }

  /** Stores the sets of `sprop-parameter-sets` (RFC 6184 8.1): base64, separated by commas. */
  putSprop(sprop: string): void {
    for (const set of sprop.split(',')) this.put(Buffer.from(set, 'base64'));
  }

  /** The config of the last key frame. */
  get config(): VideoConfig | null {
    return this.#config;
  }

  /**
   * Returns the config for a key frame that refers to this picture parameter set, and makes that
   * config current. Returns the same object if nothing changed, or null if the sets are unknown.
   */
  configFor(ppsId: number): VideoConfig | null {
    if (!this.#changed && this.isInForce(ppsId)) return this.#config;
    const sps = this.#sps.get(this.#pps.get(ppsId)?.spsId ?? -1);
    if (sps === undefined) return null;
    this.#changed = false;
    this.#usedSps = sps;
    this.#usedPps.clear();
    for (const pps of this.#pps.values()) {
      if (pps.spsId === sps.id && this.#usedPps.size < MAX_PPS) this.#usedPps.set(pps.id, pps);
    }
    const record = avcRecord(
      sps,
      [...this.#usedPps.values()].toSorted((a, b) => a.id - b.id),
    );
    if (this.#config === null || !equalBytes(this.#config.record, record)) {
      const { width, height } = sps;
      this.#config = {
        kind: 'video',
        codec: 'h264',
        codecs: avcCodecs(sps),
        width,
        height,
        record,
      };
    }
    return this.#config;
  }

  /**
   * Whether the current config contains this picture parameter set, and none of the config's sets
   * has been replaced since.
   */
  isInForce(ppsId: number): boolean {
    const sps = this.#usedSps;
    if (sps === null || !this.#usedPps.has(ppsId) || this.#sps.get(sps.id) !== sps) return false;
    return [...this.#usedPps.values()].every((pps) => this.#pps.get(pps.id) === pps);
  }

  #putSps(nal: Uint8Array): void {
    const sps = parseSps(nal);
    if (sps === null) return;
    const known = this.#sps.get(sps.id);
    if (known !== undefined && equalBytes(known.bytes, nal)) return;
    this.#changed = true;
    this.#sps.set(sps.id, { ...sps, bytes: nal.slice() });
  }

  #putPps(nal: Uint8Array): void {
    const reader = nalReader(nal);
    const id = reader.unsignedExpGolomb();
    const spsId = reader.unsignedExpGolomb();
    if (reader.failed || id > 255 || spsId > 31) return;
    const known = this.#pps.get(id);
    if (known !== undefined && equalBytes(known.bytes, nal)) return;
    this.#changed = true;
    this.#pps.set(id, { id, spsId, bytes: nal.slice() });
  }
}

/** Returns the codec string: profile, constraints and level in hexadecimal (RFC 6381 3.3). */
function avcCodecs({ profile, constraints, level }: H264Sps): string {
  return `avc1.${Buffer.from([profile, constraints, level]).toString('hex').toUpperCase()}`;
}

/** Returns an AVCDecoderConfigurationRecord (ISO/IEC 14496-15 5.3.3.1) with 4-byte lengths. */
function avcRecord(sps: Sps, ppsList: readonly Pps[]): Uint8Array {
  const { profile, constraints, level, bytes } = sps;
  const record = [1, profile, constraints, level, 0xfc | 3, 0xe0 | 1, ...sized(bytes)];
  record.push(ppsList.length);
  for (const pps of ppsList) record.push(...sized(pps.bytes));
  if (profile !== 66 && profile !== 77 && profile !== 88) {
    record.push(0xfc | sps.chromaFormat, 0xf8 | (sps.bitDepthLuma - 8));
    record.push(0xf8 | (sps.bitDepthChroma - 8), 0);
  }
  return Uint8Array.from(record);
}

const sized = (bytes: Uint8Array): number[] => [bytes.length >> 8, bytes.length & 0xff, ...bytes];
