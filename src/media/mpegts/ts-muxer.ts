import { nalUnitsOf, parseAvcRecord } from '../codecs/avc-record.js';
import type { CodecConfig } from '../codecs/codec-config.js';
import { NAL } from '../codecs/h264-nal.js';
import { adtsHeader } from './adts-header.js';
import { STREAM_ID, writePesPacket } from './pes-packet.js';
import { clockPid, PID, type ProgramKinds, writePat, writePmt } from './table-sections.js';
import { TsPacketizer } from './ts-packetizer.js';

/** A frame of H.264 or AAC. Times are in 90 kHz ticks, at least 0, and don't wrap. */
export type MuxedFrame = Readonly<{
  dts: number;
  pts: number;
  keyFrame: boolean;
  /** For H.264, NAL units with lengths as in the config's record; for AAC, a raw_data_block. */
  data: Uint8Array;
  config: CodecConfig;
}>;

/**
 * The delay between the clock reference at which a frame arrives and the frame's decode time, in
 * ticks: 0.7 seconds. Within this time, receivers get a whole key frame and the audio that belongs
 * to it.
 */
const DECODING_DELAY = 63_000;
/** The maximum interval between tables, so that receivers can join, in ticks: 0.4 seconds. */
const TABLES_TICKS = 36_000;
/** Standards require a clock reference every 100 ms; one is added if no frame has one for 80 ms. */
const CLOCK_TICKS = 7_200;
const START_CODE = Uint8Array.of(0, 0, 0, 1);
/** An access unit delimiter that allows every slice type (ITU-T H.264 7.3.2.4). */
const DELIMITER = Uint8Array.of(NAL.accessUnitDelimiter, 0xf0);

/**
 * Writes H.264 and AAC as an MPEG transport stream with one program (ISO/IEC 13818-1). The tables
 * and the parameter sets precede each key frame, so that receivers can join at any of them. Frames
 * of each kind must be added in order of decode time. Frames that MPEG-TS can't carry are omitted.
 */
export class TsMuxer {
  readonly #packets = new TsPacketizer();
  #kinds: ProgramKinds;
  #version = 0;
  #tablesAt: number | null = null;
  /** The latest clock reference. */
  #clock = -Infinity;
  #parameterSets: Readonly<{
    config: CodecConfig;
    lengthBytes: number;
    sets: readonly Uint8Array[];
  }> | null = null;

  /** @param kinds the streams to announce before their first frames */
  constructor(kinds: ProgramKinds) {
    this.#kinds = kinds;
  }

  /** Writes a frame, and the tables if they are due. The result is whole packets of 188 bytes. */
  push(frame: MuxedFrame): Buffer {
    const { kind } = frame.config;
    const data = kind === 'video' ? this.#annexB(frame) : adts(frame);
    if (data === null) return Buffer.alloc(0);
    if (!this.#kinds[kind]) {
      this.#kinds = { ...this.#kinds, [kind]: true };
      this.#version += 1;
      this.#tablesAt = null;
    }
    const isEntry = kind === 'video' && frame.keyFrame;
    const tables = this.#tables(frame.dts, isEntry);
    const [apart, pcr] = this.#reference(PID[kind], frame.dts);
    const unit = writePesPacket({
      streamId: STREAM_ID[kind],
      pts: frame.pts + DECODING_DELAY,
      dts: frame.dts + DECODING_DELAY,
      data,
    });
    const start = { pcr, isRandomAccess: isEntry };
    return Buffer.concat([...tables, ...apart, ...this.#packets.write(PID[kind], unit, start)]);
  }

  #tables(dts: number, isEntry: boolean): Buffer[] {
    const isDue = this.#tablesAt === null || dts - this.#tablesAt >= TABLES_TICKS;
    if (!isDue && !isEntry) return [];
    this.#tablesAt = dts;
    return [
      ...this.#packets.write(PID.programs, writePat()),
      ...this.#packets.write(PID.map, writePmt(this.#kinds, this.#version)),
    ];
  }

  /**
   * Returns the clock reference for a frame, in a separate packet if the frame belongs to the
   * stream without the clock and the other stream has been silent. The clock never goes back.
   */
  #reference(pid: number, dts: number): [apart: Buffer[], pcr: number | null] {
    const clock = clockPid(this.#kinds);
    const isOwn = pid === clock;
    if (dts <= this.#clock || (!isOwn && dts - this.#clock < CLOCK_TICKS)) return [[], null];
    this.#clock = dts;
    return isOwn ? [[], dts] : [[this.#packets.clock(clock, dts)], null];
  }

  /** Returns a picture as a byte stream (ITU-T H.264 annex B); null if its lengths are wrong. */
  #annexB({ data, keyFrame, config }: MuxedFrame): Uint8Array[] | null {
    if (this.#parameterSets?.config !== config) {
      const record = parseAvcRecord(config.record);
      this.#parameterSets = record && { config, ...record };
    }
    const { lengthBytes = 4, sets = [] } = this.#parameterSets ?? {};
    const units = nalUnitsOf(data, lengthBytes);
    if (units === null) return null;
    const own = units.filter((unit) => typeOf(unit) !== NAL.accessUnitDelimiter);
    const types = new Set(own.map(typeOf));
    const missing = keyFrame ? sets.filter((set) => !types.has(typeOf(set))) : [];
    const all = [DELIMITER, ...missing, ...own];
    return all.flatMap((unit) => [START_CODE, unit]);
  }
}

function adts({ data, config }: MuxedFrame): Uint8Array[] | null {
  const header = adtsHeader(config.record, data.length);
  return header && [header, data];
}

const typeOf = (unit: Uint8Array): number => (unit[0] ?? 0) & 0x1f;
