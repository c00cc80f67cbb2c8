import type { VideoConfig } from '../codecs/codec-config.js';
import { av1Config } from '../codecs/av1-config.js';
import { leb128, MAX_OBU_HEAD_BYTES, OBU, parseObuHead, readLeb128 } from '../codecs/av1-obu.js';
import { parseAv1SequenceHeader } from '../codecs/av1-sequence-header.js';
import { equalBytes } from '../codecs/equal-bytes.js';
import { UnitAssembly } from './unit-assembly.js';
import type { PayloadFormat, PayloadResult } from './video-depacketizer.js';

type Content = { keyFrame: boolean; data: Uint8Array; config: VideoConfig };

const DROPPED: ReadonlySet<number> = new Set([OBU.temporalDelimiter, OBU.tileList, OBU.padding]);

/**
 * AV1 in RTP (AOM, "RTP Payload Format For AV1"). A unit is a temporal unit with all its layers. As
 * in MP4 samples, each OBU has a size field, and there are no temporal delimiters. A key frame is a
 * sequence header followed by a shown frame of type KEY.
 */
export class Av1Format implements PayloadFormat<Content> {
  /** Section 4.2: the marker bit should be set on the last packet of a temporal unit. */
  readonly endIsMarked = false;
  readonly #assembly = new UnitAssembly();
  /** The position of the OBU whose fragments are arriving. */
  #fragmentedAt: number | null = null;
  /** The unit's sequence header: the OBU with its size field, and the OBU's payload. */
  #sequence: { obu: Uint8Array; payload: Uint8Array } | null = null;
  #firstFrame: 'none' | 'key' | 'other' = 'none';
  #config: VideoConfig | null = null;
  #configObu: Uint8Array = new Uint8Array();

  beginsUnit(payload: Uint8Array): boolean {
    const header = payload[0] ?? 0;
    if (header >= 0x80) return false; // Z
    // N means that a coded video sequence begins. If the sender doesn't set N, a sequence header
    // marks the beginning.
    if ((header & 0x08) !== 0) return true;
    const sizeBytes = (header & 0x30) === 0x10 ? 0 : (readLeb128(payload, 1)?.length ?? 0);
    const type = parseObuHead(payload.subarray(1 + sizeBytes))?.type;
    return type === OBU.sequenceHeader || type === OBU.temporalDelimiter;
  }

  add(payload: Uint8Array): PayloadResult {
    const header = payload[0] ?? 0;
    const continues = header >= 0x80; // Z
    if (continues !== (this.#fragmentedAt !== null)) return 'damaged';
    // N: "if 1, then Z must be 0". There must also be at least one OBU element.
    if ((continues && (header & 0x08) !== 0) || payload.length === 1) return 'damaged';
    return this.#addElements(payload, header) && !this.#assembly.overflowed ? 'more' : 'damaged';
  }

  content(): Content | null | 'damaged' {
    if (this.#fragmentedAt !== null) return 'damaged';
    if (this.#firstFrame === 'none') return null;
    const keyFrame = this.#sequence !== null && this.#firstFrame === 'key';
    if (keyFrame && !this.#useSequence()) return 'damaged';
    const config = this.#config;
    return config === null ? 'damaged' : { keyFrame, data: this.#assembly.take(), config };
  }

  discard(): void {
    this.#assembly.clear();
    this.#fragmentedAt = null;
    this.#sequence = null;
    this.#firstFrame = 'none';
  }

  /**
   * Section 4.3: each element is preceded by its size. If W gives the number of elements, the last
   * one has no size.
   */
  #addElements(payload: Uint8Array, header: number): boolean {
    const count = (header >> 4) & 3;
    const endsInFragment = (header & 0x40) !== 0; // Y
    let offset = 1;
    for (let i = 1; offset < payload.length; i++) {
      if (count > 0 && i > count) return false;
      const size =
        i === count ? { value: payload.length - offset, length: 0 } : readLeb128(payload, offset);
      if (size === null) return false;
      const begin = offset + size.length;
      offset = begin + size.value;
      if (offset > payload.length) return false;
      const isLast = offset === payload.length;
      if (isLast && i < count) return false;
      const element = payload.subarray(begin, offset);
      if (!this.#addElement(element, isLast && endsInFragment)) return false;
    }
    return true;
  }

  #addElement(element: Uint8Array, continues: boolean): boolean {
    const place = this.#fragmentedAt ?? this.#assembly.end;
    this.#assembly.add(element);
    this.#fragmentedAt = continues ? place : null;
    return continues || this.#endObu(place);
  }

  /**
   * Adds a size field to the OBU at a position, or replaces its existing one. Returns false for
   * malformed data.
   */
  #endObu(place: number): boolean {
    const head = parseObuHead(this.#assembly.copyFrom(place, MAX_OBU_HEAD_BYTES));
    if (head === null) return false;
    const payloadBytes = this.#assembly.bytesFrom(place) - head.length;
    if (head.payloadBytes !== null && head.payloadBytes !== payloadBytes) return false;
    if (DROPPED.has(head.type)) {
      this.#assembly.cut(place);
      return true;
    }
    const newHead = Uint8Array.from([...head.sizedHeader, ...leb128(payloadBytes)]);
    this.#assembly.replaceHead(place, head.length, newHead);
    this.#note(head.type, place, newHead.length);
    return true;
  }

  #note(type: number, place: number, headBytes: number): void {
    if (this.#firstFrame !== 'none') return;
    if (type === OBU.sequenceHeader) {
      const obu = this.#assembly.copyFrom(place);
      this.#sequence = { obu, payload: obu.subarray(headBytes) };
    } else if (type === OBU.frame || type === OBU.frameHeader) {
      const [first = 0] = this.#assembly.copyFrom(place, headBytes + 1).subarray(headBytes);
      // 5.9.2: show_existing_frame 0, frame_type KEY_FRAME 0 (2 bits), show_frame 1.
      this.#firstFrame = first >> 4 === 1 ? 'key' : 'other';
    }
  }

  /** Returns false without a valid sequence header. */
  #useSequence(): boolean {
    const sequence = this.#sequence;
    if (sequence === null) return false;
    if (this.#config !== null && equalBytes(this.#configObu, sequence.obu)) return true;
    const header = parseAv1SequenceHeader(sequence.payload);
    if (header === null) return false;
    this.#config = av1Config(header, sequence.obu);
    this.#configObu = sequence.obu;
    return true;
  }
}
