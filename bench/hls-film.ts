import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { readOpus } from '../test/support/ogg-opus.js';
import { fuA, stapA } from '../test/support/rtp-packetizer.js';
import { CannotRun } from './row.js';

const run = promisify(execFile);

const FILM_S = 8;
export const FRAMES_PER_SECOND = 30;
const FRAMES_PER_KEY_FRAME = 60;
const OPUS_PACKET_MS = 20;
const PAYLOAD_MAX = 1_180;
/** A limit so that socket buffers don't overflow; Chromium paces its packets more evenly. */
const PACKETS_PER_MS = 12;
const RTP_HEADER_BYTES = 12;
const END_BYTES = 32;
const NAL_SPS = 7;
const NAL_PPS = 8;
const NAL_DELIMITER = 9;

/** Three layers as Chromium encodes them from 720p, lowest first. */
const LAYERS = [
  { width: 320, height: 180, bitrateKbps: 180 },
  { width: 640, height: 360, bitrateKbps: 700 },
  { width: 1_280, height: 720, bitrateKbps: 2_500 },
] as const;

/** One stream of the film: three layers of video, then the audio. */
export type FilmStream = { ssrc: number; payloadType: number; clockRate: number };
export const FILM_STREAMS: readonly FilmStream[] = [
  { ssrc: 1_000, payloadType: 103, clockRate: 90_000 },
  { ssrc: 1_001, payloadType: 103, clockRate: 90_000 },
  { ssrc: 1_002, payloadType: 103, clockRate: 90_000 },
  { ssrc: 1_003, payloadType: 111, clockRate: 48_000 },
];
export const AUDIO_STREAM = 3;

/** A packet. If its frame has many packets, it is sent a little after its capture time. */
type FilmPacket = {
  capturedMs: number;
  sentMs: number;
  stream: number;
  marker: boolean;
  payload: Uint8Array;
};

/**
 * A film as RTP packets that `hls-film-source.ts` sends repeatedly: three layers of H.264 at 30 fps
 * with a key frame every 2 s, and Opus.
 */
export class Film {
  /** The file for the process that sends the film. */
  readonly path: string;
  readonly durationMs = FILM_S * 1_000;
  /**
   * Each layer's parameter sets, in the format of sprop-parameter-sets in SDP (RFC 6184, 8.1).
   */
  readonly parameterSets: readonly string[];
  readonly #folder: string;
  /** The frames of the highest layer, by their last bytes. */
  readonly #frames: ReadonlyMap<string, number>;

  private constructor(folder: string, layers: readonly Buffer[]) {
    this.#folder = folder;
    this.path = join(folder, 'film');
    this.parameterSets = layers.map(parameterSetsOf);
    const ends = accessUnits(layers.at(-1) ?? Buffer.alloc(0)).map((nals) => endOf(nals.at(-1)));
    this.#frames = new Map(ends.map((end, frame) => [end, frame]));
  }

  /** @throws {CannotRun} without an FFmpeg that encodes H.264 and Opus */
  static async make(): Promise<Film> {
    const folder = await mkdtemp(join(tmpdir(), 'onair-film-'));
    try {
      await encode(folder);
      const layers = await Promise.all(
        LAYERS.map((_layer, i) => readFile(join(folder, `${i}.h264`))),
      );
      const packets = layers.flatMap((stream, layer) => videoPackets(stream, layer));
      packets.push(...(await audioPackets(join(folder, 'sound.ogg'))));
      const film = new Film(folder, layers);
      const inTime = packets.toSorted((a, b) => a.sentMs - b.sentMs || a.stream - b.stream);
      await writeFile(film.path, serialize(inTime));
      return film;
    } catch (error) {
      await rm(folder, { recursive: true, force: true });
      throw error;
    }
  }

  /** Returns the number of the highest layer's frame that these bytes end with. */
  lastFrameOf(bytes: Uint8Array): number {
    const frame = this.#frames.get(endOf(bytes));
    if (frame === undefined) throw new Error('this does not end with a frame of the film');
    return frame;
  }

  async remove(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
  }
}

async function encode(folder: string): Promise<void> {
  const { width, height } = LAYERS[2];
  const picture = `testsrc2=size=${width}x${height}:rate=${FRAMES_PER_SECOND},noise=alls=12:allf=t`;
  const sound =
    'anoisesrc=amplitude=0.2:color=pink:sample_rate=48000,aformat=channel_layouts=stereo';
  const inputs = [picture, sound].map((what) => `-f lavfi -t ${FILM_S} -i ${what}`);
  const videos = LAYERS.map(
    (layer, i) =>
      `-map 0:v -s ${layer.width}x${layer.height} ${x264(layer.bitrateKbps)} ${folder}/${i}.h264`,
  );
  const opus = `-map 1:a -c:a libopus -b:a 128k -frame_duration ${OPUS_PACKET_MS}`;
  const args = ['-hide_banner -v error -y', ...inputs, ...videos, opus].join(' ').split(' ');
  try {
    await run(process.env.FFMPEG_BIN || 'ffmpeg', [...args, join(folder, 'sound.ogg')]);
  } catch (cause) {
    throw new CannotRun('FFmpeg with H.264 and Opus encoders is not installed.', { cause });
  }
}

/** Returns options for key frames at fixed intervals and a delimiter before each access unit. */
function x264(bitrateKbps: number): string {
  const options = `keyint=${FRAMES_PER_KEY_FRAME}:min-keyint=${FRAMES_PER_KEY_FRAME}:scenecut=0:aud=1:sliced-threads=0`;
  const rate = `-b:v ${bitrateKbps}k -maxrate ${bitrateKbps}k -bufsize ${bitrateKbps}k`;
  return `-c:v libx264 -profile:v baseline -preset veryfast -pix_fmt yuv420p -x264-params ${options} ${rate}`;
}

/** Splits NAL units into access units at the delimiters (H.264 7.4.1.2.3). */
function accessUnits(annexB: Buffer): Buffer[][] {
  const units: Buffer[][] = [];
  for (const nal of nalUnits(annexB)) {
    if (typeOf(nal) === NAL_DELIMITER) units.push([]);
    else units.at(-1)?.push(nal);
  }
  return units;
}

/** Splits a byte stream at its start codes (H.264 Annex B). */
function nalUnits(annexB: Buffer): Buffer[] {
  const starts: number[] = [];
  for (
    let at = annexB.indexOf('000001', 0, 'hex');
    at !== -1;
    at = annexB.indexOf('000001', at + 3, 'hex')
  )
    starts.push(at + 3);
  return starts.map((start, i) => {
    let end = i + 1 < starts.length ? starts[i + 1]! - 3 : annexB.length;
    while (annexB[end - 1] === 0) end -= 1;
    return annexB.subarray(start, end);
  });
}

const typeOf = (nal: Uint8Array): number => nal[0]! & 0x1f;
const isParameterSet = (nal: Uint8Array): boolean =>
  typeOf(nal) === NAL_SPS || typeOf(nal) === NAL_PPS;

/** Returns the last bytes of a frame, which identify it because noise makes each frame unique. */
const endOf = (bytes: Uint8Array | undefined): string =>
  Buffer.from(bytes ?? []).toString('latin1', Math.max(0, (bytes?.length ?? 0) - END_BYTES));

function parameterSetsOf(annexB: Buffer): string {
  const [first = []] = accessUnits(annexB);
  return first
    .filter(isParameterSet)
    .map((nal) => nal.toString('base64'))
    .join(',');
}

/** Packetizes as Chromium does: the parameter sets in one packet, then the frame in fragments. */
function videoPackets(annexB: Buffer, stream: number): FilmPacket[] {
  return accessUnits(annexB).flatMap((nals, frame) => {
    const sets = nals.filter(isParameterSet);
    const slices = nals.filter((nal) => typeOf(nal) >= 1 && typeOf(nal) <= 5);
    const payloads = [
      ...(sets.length > 0 ? [stapA(...sets)] : []),
      ...slices.flatMap((nal) => (nal.length <= PAYLOAD_MAX ? [nal] : fuA(nal, PAYLOAD_MAX))),
    ];
    const capturedMs = (frame * 1_000) / FRAMES_PER_SECOND;
    return payloads.map((payload, i) => ({
      capturedMs,
      sentMs: capturedMs + Math.floor(i / PACKETS_PER_MS),
      stream,
      marker: i === payloads.length - 1,
      payload,
    }));
  });
}

async function audioPackets(path: string): Promise<FilmPacket[]> {
  const packets = await readOpus(path);
  return packets.slice(0, (FILM_S * 1_000) / OPUS_PACKET_MS).map(({ data }, i) => ({
    capturedMs: i * OPUS_PACKET_MS,
    sentMs: i * OPUS_PACKET_MS,
    stream: AUDIO_STREAM,
    marker: false,
    payload: data,
  }));
}

/**
 * Encodes each packet as its send time (a double), its stream (one byte), its length (four bytes),
 * and the RTP packet itself.
 */
function serialize(packets: readonly FilmPacket[]): Buffer {
  const sequenceNumbers = FILM_STREAMS.map(() => 0);
  return Buffer.concat(
    packets.flatMap(({ capturedMs, sentMs, stream, marker, payload }) => {
      const { ssrc, payloadType, clockRate } = FILM_STREAMS[stream]!;
      const head = Buffer.alloc(13 + RTP_HEADER_BYTES);
      head.writeDoubleBE(sentMs, 0);
      head[8] = stream;
      head.writeUInt32BE(RTP_HEADER_BYTES + payload.length, 9);
      head[13] = 0x80;
      head[14] = (marker ? 0x80 : 0) | payloadType;
      head.writeUInt16BE(sequenceNumbers[stream]!, 15);
      head.writeUInt32BE(Math.round((capturedMs * clockRate) / 1_000), 17);
      head.writeUInt32BE(ssrc, 21);
      sequenceNumbers[stream]! += 1;
      return [head, payload];
    }),
  );
}
