import { nalUnitsIn } from './annex-b.js';
import { type AdtsFrame, AdtsReader } from './adts-reader.js';
import { ClockUnwrapper, stepBetween } from './clock-unwrapper.js';
import { PacketSync } from './packet-sync.js';
import { type PesPacket, PesReader } from './pes-reader.js';
import { type ProgramStream, readPat, readPmt } from './program-tables.js';
import { SectionReader } from './section-reader.js';
import { readTsPacket, type TsPacket } from './ts-packet.js';

const PAT_PID = 0;
/** More than a 4K key frame at a high bit rate. */
const PICTURE_MAX = 10 * 1_048_576;
/** The maximum length that an audio PES packet can declare. */
const SOUND_MAX = 65_542;

/**
 * The most by which a picture can be shown after or before it is decoded, in ticks: 10 seconds. No
 * encoder comes near that.
 */
const OFFSET_MAX = 900_000;

/** Times are in 90 kHz ticks, on one clock for video and audio, and don't wrap. */
export type TsUnit =
  /**
   * One video frame, in decoding order. `afterLoss`: whether an earlier one is missing or damaged.
   */
  | Readonly<{
      type: 'picture';
      nals: readonly Uint8Array[];
      dts: number;
      pts: number;
      afterLoss: boolean;
    }>
  /** One AAC frame. The config is an AudioSpecificConfig, the same object until it changes. */
  | (Readonly<{ type: 'frame' }> & AdtsFrame)
  /** The program has this kind of media only in a codec that isn't supported. */
  | Readonly<{ type: 'unsupported'; kind: 'video' | 'audio'; codec: string }>;

type Reader = Readonly<{ pid: number; pes: PesReader; read: (packet: PesPacket) => TsUnit[] }>;

/**
 * Reads H.264 and AAC from an MPEG transport stream (ISO/IEC 13818-1). If there are several
 * programs, the first in the table is used; if there are several streams of a kind, the first with
 * a supported codec. Never throws.
 *
 * A video PES packet contains one frame, because encoders send it that way. Unless the packet
 * declares its length, it ends where the next one begins, so the frame is held until then. Playback
 * uses the media's own times and its arrival, so the program clock reference isn't needed.
 *
 * Memory: up to 10 MiB for one video frame, and 64 KiB for audio.
 */
export class TsDemuxer {
  readonly #sync = new PacketSync();
  readonly #pat = new SectionReader();
  readonly #pmt = new SectionReader();
  readonly #clock = new ClockUnwrapper();
  #pmtPid: number | null = null;
  #video: Reader | null = null;
  #audio: Reader | null = null;

  /** The number of bytes since the last packet that don't belong to a transport stream. */
  get skippedBytes(): number {
    return this.#sync.skippedBytes;
  }

  /** Adds received bytes and returns the units that they complete. The bytes may be retained. */
  push(bytes: Uint8Array): TsUnit[] {
    return this.#sync.push(bytes).flatMap((one) => {
      const packet = readTsPacket(one);
      return packet ? this.#take(packet) : [];
    });
  }

  #take(packet: TsPacket): TsUnit[] {
    const { pid, payload, starts } = packet;
    if (pid === PAT_PID) {
      for (const section of this.#pat.push(payload, starts)) this.#usePat(section);
      return [];
    }
    if (pid === this.#pmtPid)
      return this.#pmt.push(payload, starts).flatMap((section) => this.#usePmt(section));
    const reader = [this.#video, this.#audio].find((one) => one?.pid === pid);
    return reader ? reader.pes.push(packet).flatMap(reader.read) : [];
  }

  #usePat(section: Uint8Array): void {
    const pid = readPat(section);
    if (pid === null || pid === this.#pmtPid) return;
    this.#pmtPid = pid;
    this.#pmt.reset();
  }

  #usePmt(section: Uint8Array): TsUnit[] {
    const streams = readPmt(section);
    if (streams === null) return [];
    const video = preferred(streams, 'video');
    const audio = preferred(streams, 'audio');
    if (video?.codec !== undefined && video.pid !== this.#video?.pid)
      this.#video = video.codec === null ? null : this.#videoReader(video.pid);
    if (audio?.codec !== undefined && audio.pid !== this.#audio?.pid)
      this.#audio = audio.codec === null ? null : this.#audioReader(audio.pid);
    return [video, audio].flatMap((one) =>
      one?.codec === null ? [{ type: 'unsupported', kind: one.kind, codec: one.name }] : [],
    );
  }

  #videoReader(pid: number): Reader {
    const read = ({ pts, dts, data, afterLoss }: PesPacket): TsUnit[] => {
      const nals = nalUnitsIn(data);
      if (pts === null || dts === null || nals.length === 0) return [];
      const time = this.#clock.unwrap(dts);
      return [{ type: 'picture', nals, dts: time, pts: time + offsetOf(dts, pts), afterLoss }];
    };
    return { pid, pes: new PesReader(PICTURE_MAX), read };
  }

  #audioReader(pid: number): Reader {
    const adts = new AdtsReader();
    const read = ({ pts, data, afterLoss }: PesPacket): TsUnit[] => {
      if (afterLoss) adts.reset();
      const time = pts === null ? null : this.#clock.unwrap(pts);
      return adts.push(data, time).map((frame) => ({ type: 'frame', ...frame }));
    };
    return { pid, pes: new PesReader(SOUND_MAX), read };
  }
}

/** Returns a picture's presentation time relative to its decode time; 0 for an absurd one. */
function offsetOf(dts: number, pts: number): number {
  const offset = stepBetween(dts, pts);
  return Math.abs(offset) > OFFSET_MAX ? 0 : offset;
}

function preferred(
  streams: readonly ProgramStream[],
  kind: ProgramStream['kind'],
): ProgramStream | undefined {
  const all = streams.filter((one) => one.kind === kind);
  return all.find(({ codec }) => codec !== null) ?? all[0];
}
