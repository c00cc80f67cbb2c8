import { ffmpeg } from './ffmpeg.js';
import { EVERY_FRAME } from './ffmpeg-reader.js';
import { fuA } from './rtp-packetizer.js';

/**
 * One 16:9 layer of a film: its width in pixels, and its key frames, which are every `every`th
 * frame starting at frame `from`.
 */
type FilmLayer = Readonly<{ width: number; every: number; from: number }>;
/** The RTP payloads of each H.264 frame, in packetization mode 1. */
export type EncodedLayer = readonly (readonly Uint8Array[])[];

/**
 * Pictures consist of blocks: the upper rows encode the frame's number in bits, and the lower rows
 * its checksum.
 */
const [COLUMNS, ROWS, BITS] = [16, 9, 10];
const UPPER_ROWS = 4;
const [DELIMITER, PAYLOAD_BYTES] = [9, 1_000];

const checksumOf = (number: number): number => (number * 397 + 11) % 2 ** BITS;
const bitOf = (value: number, bit: number): number => (value >> bit) & 1;

/** FFmpeg's options for reading {@link drawnFrames} from standard input. */
export const drawnFormat = (framesPerSecond: number): string[] =>
  `-f rawvideo -pix_fmt gray -s ${COLUMNS}x${ROWS} -r ${framesPerSecond} -i pipe:0`.split(' ');

/** Draws up to 1,024 frames, each of which shows its number, starting at 0. */
export const drawnFrames = (frames: number): Buffer =>
  Buffer.concat(Array.from({ length: frames }, (_, number) => drawn(number)));

function drawn(number: number): Buffer {
  const picture = Buffer.alloc(COLUMNS * ROWS, 128);
  for (let row = 0; row < ROWS; row += 1)
    for (let bit = 0; bit < BITS; bit += 1) {
      const value = row < UPPER_ROWS ? number : checksumOf(number);
      picture[row * COLUMNS + bit] = bitOf(value, bit) ? 230 : 25;
    }
  return picture;
}

/**
 * Encodes up to 1,024 frames with FFmpeg, each of which shows its number, starting at 0. Frame 0 is
 * always a key frame.
 */
export async function encodeNumberedFilm(
  layer: FilmLayer,
  { frames, framesPerSecond }: { frames: number; framesPerSecond: number },
): Promise<EncodedLayer> {
  const height = (layer.width * ROWS) / COLUMNS;
  const picture = ['-vf', `scale=${layer.width}:${height}:flags=neighbor`, '-pix_fmt', 'yuv420p'];
  const keys = `expr:eq(mod(n,${layer.every}),${layer.from})`;
  const codec = [
    '-c:v',
    'libx264',
    '-preset',
    'superfast',
    '-tune',
    'zerolatency',
    '-threads',
    '1',
  ];
  const groups = ['-forced-idr', '1', '-force_key_frames', keys, '-profile:v', 'baseline'];
  const x264 = ['-x264-params', 'keyint=2000:scenecut=0:repeat-headers=1:aud=1'];
  const output = [...picture, ...codec, ...groups, ...x264, '-f', 'h264', 'pipe:1'];
  const bytes = await ffmpeg([...drawnFormat(framesPerSecond), ...output], drawnFrames(frames));
  return framesOf(bytes);
}

function framesOf(stream: Buffer): Uint8Array[][] {
  const made: Uint8Array[][] = [];
  for (const nal of nalUnits(stream)) {
    if ((nal.readUInt8(0) & 0x1f) === DELIMITER) made.push([]);
    else made.at(-1)?.push(...(nal.length > PAYLOAD_BYTES ? fuA(nal, PAYLOAD_BYTES) : [nal]));
  }
  return made;
}

/** Yields the NAL units in a byte stream (H.264 Annex B). */
function* nalUnits(stream: Buffer): Generator<Buffer> {
  const code = Buffer.from([0, 0, 1]);
  for (let at = stream.indexOf(code); at >= 0;) {
    const from = at + code.length;
    at = stream.indexOf(code, from);
    let end = at < 0 ? stream.length : at;
    while (stream[end - 1] === 0) end -= 1;
    yield stream.subarray(from, end);
  }
}

/**
 * Decodes the video in an MP4 file. Returns the number that each picture shows, or null if the
 * picture isn't intact.
 */
export async function numbersShown(file: Uint8Array): Promise<(number | null)[]> {
  const blocks = `scale=${COLUMNS}:${ROWS}:flags=area,format=gray`;
  const pictures = await ffmpeg(
    ['-i', 'pipe:0', '-map', '0:v:0', '-vf', blocks, ...EVERY_FRAME, '-f', 'rawvideo', 'pipe:1'],
    file,
  );
  const bytes = COLUMNS * ROWS;
  return Array.from({ length: pictures.length / bytes }, (_, i) =>
    numberOf(pictures.subarray(i * bytes, (i + 1) * bytes)),
  );
}

function numberOf(picture: Uint8Array): number | null {
  const read = (row: number): number => {
    let value = 0;
    for (let bit = 0; bit < BITS; bit += 1)
      if ((picture[row * COLUMNS + bit] ?? 0) > 128) value |= 1 << bit;
    return value;
  };
  const number = read(1);
  return read(ROWS - 2) === checksumOf(number) ? number : null;
}
