import type { VideoConfig } from '../codecs/codec-config.js';
import {
  isFirstSlice,
  isParameterSet,
  isSampleNal,
  NAL,
  SLICE_HEAD_BYTES,
  slicePpsId,
} from '../codecs/h264-nal.js';
import { H264ParameterSets } from '../codecs/h264-parameter-sets.js';
import { UnitAssembly } from './unit-assembly.js';
import type { PayloadFormat, PayloadResult } from './video-depacketizer.js';

type Content = { keyFrame: boolean; data: Uint8Array; config: VideoConfig };

/**
 * A NAL unit whose fragments are arriving. `head` is its length prefix and header; `place` is the
 * position of `head` in the assembly.
 */
type Fragmented = { type: number; place: number; head: Uint8Array };

const LENGTH_BYTES = 4;

/**
 * H.264 in RTP (RFC 6184), packetization modes 0 and 1: single NAL units, STAP-A and FU-A.
 *
 * A unit contains slices and SEI messages, each with a 4-byte length. Parameter sets are stored in
 * the config; delimiters and filler data are dropped. A key frame is an IDR picture. A recovery
 * point (an SEI message before a gradual refresh) doesn't count as one, because browsers send IDR
 * pictures on request.
 */
export class H264Format implements PayloadFormat<Content> {
  /** RFC 6184 5.1: decoders must not rely on the marker bit. */
  readonly endIsMarked = false;
  readonly #sets = new H264ParameterSets();
  readonly #assembly = new UnitAssembly();
  /**
   * Whether sets have arrived in band since the last key frame began. If so, a later key frame
   * without sets lost them in transit.
   */
  #setsInBand = false;
  /** Whether the unit contains parameter sets. */
  #hasSets = false;
  #fragmented: Fragmented | null = null;
  #isIdr = false;
  /** The position of the unit's first slice in the assembly, where its length prefix starts. */
  #slicePlace: number | null = null;

  /** @param sprop `sprop-parameter-sets` of the session description, if present */
  constructor(sprop: string | null) {
    if (sprop !== null) this.#sets.putSprop(sprop);
  }

  beginsUnit(payload: Uint8Array): boolean {
    const nal = firstNal(payload);
    const type = (nal[0] ?? 0) & 0x1f;
    if (type === NAL.sps || type === NAL.accessUnitDelimiter) return true;
    return !this.#setsInBand && type === NAL.idrSlice && isFirstSlice(nal);
  }

  add(payload: Uint8Array): PayloadResult {
    const indicator = payload[0] ?? 0;
    const type = indicator & 0x1f;
    let fits = true;
    // RFC 6184 1.3: the forbidden bit marks a damaged NAL unit.
    if (indicator >= 0x80) fits = false;
    else if (type === NAL.fuA) fits = this.#addFragment(payload);
    else if (this.#fragmented !== null) fits = false;
    else if (type === NAL.stapA) fits = this.#addAggregate(payload);
    else if (type < NAL.stapA) this.#addNal(payload);
    // 25 to 27 and 29 belong to interleaved mode; 0, 30 and 31 are reserved and ignored.
    else fits = type > 29;
    return fits && !this.#assembly.overflowed ? 'more' : 'damaged';
  }

  content(): Content | null | 'damaged' {
    if (this.#fragmented !== null) return 'damaged';
    if (this.#slicePlace === null) return null;
    const place = this.#slicePlace;
    const slice = this.#assembly
      .copyFrom(place, LENGTH_BYTES + SLICE_HEAD_BYTES)
      .subarray(LENGTH_BYTES);
    // A program between the encoder and the server may renumber packets, or insert sets, after a
    // loss. Then no packet seems to be missing.
    if (!isFirstSlice(slice)) return 'damaged';
    const ppsId = slicePpsId(slice);
    const keyFrame = this.#isIdr;
    // A frame that refers to sets received after the last key frame cannot be decoded with that key
    // frame's config.
    if (ppsId === null || (!keyFrame && !this.#sets.isInForce(ppsId))) return 'damaged';
    const config = keyFrame ? this.#sets.configFor(ppsId) : this.#sets.config;
    if (keyFrame) this.#setsInBand = this.#hasSets;
    return config === null ? 'damaged' : { keyFrame, data: this.#assembly.take(), config };
  }

  discard(): void {
    this.#assembly.clear();
    this.#fragmented = null;
    this.#isIdr = false;
    this.#slicePlace = null;
    this.#hasSets = false;
  }

  #addNal(nal: Uint8Array): void {
    const type = (nal[0] ?? 0) & 0x1f;
    if (isParameterSet(type)) return this.#putSet(nal);
    if (!isSampleNal(type)) return;
    const length = new Uint8Array(LENGTH_BYTES);
    writeLength(length, nal.length);
    this.#noteSlice(type);
    this.#assembly.add(length);
    this.#assembly.add(nal);
  }

  /** Adds the units of a STAP-A (RFC 6184 5.7.1). Returns false if a length exceeds the payload. */
  #addAggregate(payload: Uint8Array): boolean {
    for (let offset = 1; offset < payload.length;) {
      const length = (payload[offset] ?? 0) * 256 + (payload[offset + 1] ?? 0);
      const begin = offset + 2;
      offset = begin + length;
      if (offset > payload.length) return false;
      const nal = payload.subarray(begin, offset);
      if ((nal[0] ?? 0) >= 0x80) return false;
      this.#addNal(nal);
    }
    return true;
  }

  /** Adds an FU-A (RFC 6184 5.8). Returns false if it does not continue the previous fragment. */
  #addFragment(payload: Uint8Array): boolean {
    const [indicator = 0, header] = payload;
    if (header === undefined) return false;
    const type = header & 0x1f;
    const isStart = header >= 0x80;
    if (isStart !== (this.#fragmented === null) || type === 0 || type >= NAL.stapA) return false;
    if (isStart) this.#startFragmented(type, indicator & 0xe0);
    if (this.#fragmented?.type !== type) return false;
    this.#assembly.add(payload.subarray(2));
    if ((header & 0x40) !== 0) this.#endFragmented(this.#fragmented);
    return true;
  }

  #startFragmented(type: number, importance: number): void {
    const head = new Uint8Array(LENGTH_BYTES + 1);
    head[LENGTH_BYTES] = importance | type;
    this.#noteSlice(type);
    this.#fragmented = { type, place: this.#assembly.end, head };
    this.#assembly.add(head);
  }

  #endFragmented({ type, place, head }: Fragmented): void {
    this.#fragmented = null;
    if (isSampleNal(type)) return writeLength(head, this.#assembly.bytesFrom(place) - LENGTH_BYTES);
    const nal = isParameterSet(type) ? this.#assembly.copyFrom(place) : null;
    this.#assembly.cut(place);
    if (nal !== null) this.#putSet(nal.subarray(LENGTH_BYTES));
  }

  #putSet(nal: Uint8Array): void {
    this.#setsInBand = true;
    this.#hasSets = true;
    this.#sets.put(nal);
  }

  /** Called before the NAL unit is added. */
  #noteSlice(type: number): void {
    if (type > NAL.idrSlice) return;
    this.#slicePlace ??= this.#assembly.end;
    this.#isIdr ||= type === NAL.idrSlice;
  }
}

/**
 * Returns the first NAL unit from its header on; empty for a later fragment. In a first fragment,
 * only the type in the header is correct.
 */
function firstNal(payload: Uint8Array): Uint8Array {
  const [indicator = 0, second = 0] = payload;
  const type = indicator & 0x1f;
  if (type === NAL.stapA) return payload.subarray(3);
  if (type !== NAL.fuA) return payload;
  return second >= 0x80 ? payload.subarray(1) : new Uint8Array();
}

function writeLength(head: Uint8Array, length: number): void {
  new DataView(head.buffer).setUint32(0, length);
}
