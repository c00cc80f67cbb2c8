import { nalUnitsOf, parseAvcRecord, sampleOf } from './avc-record.js';
import type { VideoConfig } from './codec-config.js';
import { isParameterSet, isSampleNal, NAL, slicePpsId } from './h264-nal.js';
import { H264ParameterSets } from './h264-parameter-sets.js';

const LENGTH_BYTES = 4;

/** A unit as stored in the container. */
type Contained = Readonly<{
  /** NAL units, each preceded by its length. The record gives the size of the length field. */
  data: Uint8Array;
  /** The AVCDecoderConfigurationRecord (ISO/IEC 14496-15 5.3.3.1). */
  record: Uint8Array;
}>;

type Content = Readonly<{ keyFrame: boolean; data: Uint8Array; config: VideoConfig }>;

/**
 * Reads H.264 access units in the format of FLV and MP4. The result contains slices and SEI
 * messages with 4-byte lengths. Parameter sets are taken from the record or from the units,
 * whichever arrived last, and stored in the config. Never throws.
 *
 * While the parameter sets are unknown, and after malformed data, units are withheld until the next
 * IDR picture.
 */
export class H264UnitReader {
  readonly #sets = new H264ParameterSets();
  #record: Uint8Array | null = null;
  #lengthBytes = LENGTH_BYTES;
  #needsKeyFrame = true;

  /** Whether units are withheld until an IDR picture arrives. */
  get needsKeyFrame(): boolean {
    return this.#needsKeyFrame;
  }

  /** Returns the unit; null if it contains no picture, or a picture that cannot be decoded. */
  push({ data, record }: Contained): Content | null {
    if (record !== this.#record) this.#takeRecord(record);
    const nals = nalUnitsOf(data, this.#lengthBytes);
    const kept: Uint8Array[] = [];
    for (const nal of nals ?? []) {
      const type = nalType(nal);
      if (isParameterSet(type)) this.#sets.put(nal);
      else if (isSampleNal(type)) kept.push(nal);
    }
    const slice = kept.find((nal) => nalType(nal) !== NAL.sei);
    if (nals !== null && slice === undefined) return null;
    const content = slice && this.#contentOf(slice, kept);
    this.#needsKeyFrame = !content || (this.#needsKeyFrame && !content.keyFrame);
    return content && !this.#needsKeyFrame ? content : null;
  }

  #contentOf(slice: Uint8Array, nals: readonly Uint8Array[]): Content | null {
    const ppsId = slicePpsId(slice);
    if (ppsId === null) return null;
    const keyFrame = nals.some((nal) => nalType(nal) === NAL.idrSlice);
    if (!keyFrame && !this.#sets.isInForce(ppsId)) return null;
    const config = keyFrame ? this.#sets.configFor(ppsId) : this.#sets.config;
    return config && { keyFrame, data: sampleOf(nals), config };
  }

  #takeRecord(record: Uint8Array): void {
    this.#record = record;
    const parsed = parseAvcRecord(record);
    this.#lengthBytes = parsed?.lengthBytes ?? LENGTH_BYTES;
    for (const set of parsed?.sets ?? []) this.#sets.put(set);
  }
}

const nalType = (nal: Uint8Array): number => (nal[0] ?? 0) & 0x1f;
