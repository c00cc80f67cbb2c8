import { ffmpeg } from './ffmpeg.js';
import { drawnFormat, drawnFrames } from './numbered-film.js';

/** One H.264 picture in FLV; times are in milliseconds. */
export type FlvPicture = Readonly<{
  decodeTime: number;
  compositionOffset: number;
  keyFrame: boolean;
  data: Uint8Array;
  /** The latest AVCDecoderConfigurationRecord before the picture. */
  config: Uint8Array;
}>;

type Film = Readonly<{
  frames: number;
  framesPerSecond: number;
  /** x264's parameters; by default, it uses B-frames that refer to one another. */
  x264?: string;
}>;

const FILE_HEADER_BYTES = 9;
const TAG_HEADER_BYTES = 11;
const BACK_POINTER_BYTES = 4;
const VIDEO_HEADER_BYTES = 5;
const VIDEO_TAG = 9;

/**
 * Encodes up to 1,024 frames as encoders do for RTMP: H.264 in FLV, with B-frames by default. Each
 * frame shows its number, starting at 0, which `numbersShown` reads.
 */
export async function encodeFlvFilm({
  frames,
  framesPerSecond,
  x264,
}: Film): Promise<FlvPicture[]> {
  const picture = ['-vf', 'scale=320:180:flags=neighbor', '-pix_fmt', 'yuv420p'];
  const codec = ['-c:v', 'libx264', '-preset', 'medium', '-threads', '1'];
  const params = ['-x264-params', ['keyint=60:scenecut=0', ...(x264 ? [x264] : [])].join(':')];
  const output = [...picture, ...codec, ...params, '-flvflags', 'no_duration_filesize'];
  const args = [...drawnFormat(framesPerSecond), ...output, '-f', 'flv', 'pipe:1'];
  return picturesIn(await ffmpeg(args, drawnFrames(frames)));
}

function picturesIn(flv: Buffer): FlvPicture[] {
  const pictures: FlvPicture[] = [];
  let config: Uint8Array = new Uint8Array();
  for (let at = FILE_HEADER_BYTES + BACK_POINTER_BYTES; at + TAG_HEADER_BYTES < flv.length;) {
    const end = at + TAG_HEADER_BYTES + flv.readUIntBE(at + 1, 3);
    const body = flv.subarray(at + TAG_HEADER_BYTES, end);
    const data = body.subarray(VIDEO_HEADER_BYTES);
    if (flv[at] === VIDEO_TAG && body[1] === 0) config = data;
    if (flv[at] === VIDEO_TAG && body[1] === 1)
      pictures.push({
        decodeTime: flv.readUIntBE(at + 4, 3),
        compositionOffset: body.readIntBE(2, 3),
        keyFrame: body.readUInt8(0) >> 4 === 1,
        data,
        config,
      });
    at = end + BACK_POINTER_BYTES;
  }
  return pictures;
}
