import { nalUnitsIn } from './annex-b.js';
import { type AdtsFrame, AdtsReader } from './adts-reader.js';
import { ClockUnwrapper } from './clock-unwrapper.js';
import { PacketSync } from './packet-sync.js';
import { type PesPacket, PesReader } from './pes-reader.js';
import { type ProgramStream, readPat, readPmt } from './program-tables.js';
import { SectionReader } from './section-reader.js';
import { readTsPacket, type TsPacket } from './ts-packet.js';

const PAT_PID = 0;
/** More than a key frame of 4K at a high bit rate. */
const PICTURE_MAX = 10 * 1_048_576;
/** A PES packet of sound declares at most this length. */
const SOUND_MAX = 65_542;

/** Times are in ticks of 90 kHz, on one clock for picture and sound, not wrapped. */
export type TsUnit =
  /** One picture, in decoding order. `afterLoss`: whether an earlier one is missing or damaged. */
  | Readonly<{
      type: 'picture';
      nals: readonly Uint8Array[];
      dts: number;
      pts: number;
      afterLoss: boolean;
    }>
  /** One frame of AAC. The config is an AudioSpecificConfig, the same object until it changes. */
  | (Readonly<{ type: 'frame' }> & AdtsFrame)
  /** The program has this kind of media only in a codec that isn't supported. */
  | Readonly<{ type: 'unsupported'; kind: 'video' | 'audio'; codec: string }>;

type Reader = Readonly<{ pid: number; pes: PesReader; read: (packet: PesPacket) => TsUnit[] }>;

/**
 * Reads H.264 and AAC from an MPEG transport stream (ISO/IEC 13818-1). Of several programs, the
 * first in the table counts, and of several streams of a kind, the first in a supported codec. Never
 * throws.
 *
 * A PES packet of video contains one picture, as encoders send it, and ends where the next begins
 * unless it declares its length; a picture is therefore held until then. Media is played by its own
 * times and its arrival, so the program clock reference isn't needed.
 *
 * Memory: up to 10 MiB of one picture, and 64 KiB of sound.
 */
export class TsDemuxer {
  readonly #sync = new PacketSync();
  readonly #pat = new SectionReader();
  readonly #pmt = new SectionReader();
  readonly #clock = new ClockUnwrapper();
  #pmtPid: number | null = null;
  #video: Reader | null = null;
  #audio: Reader | null = null;

  /** The number of bytes since the last packet that are no transport stream. */
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
      const decodeTime = this.#clock.unwrap(dts);
      const times = { dts: decodeTime, pts: this.#clock.unwrap(pts) };
      return [{ type: 'picture', nals, ...times, afterLoss }];
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

function preferred(
  streams: readonly ProgramStream[],
  kind: ProgramStream['kind'],
): ProgramStream | undefined {
  const all = streams.filter((one) => one.kind === kind);
  return all.find(({ codec }) => codec !== null) ?? all[0];
}
