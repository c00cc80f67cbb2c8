import { FlvReader, flvHeader, flvTag, TAG } from '../../src/media/flv/flv-file.js';
import { ffmpeg } from './ffmpeg.js';

type Sound = Readonly<{ sampleRate: number; channels: number }>;

/** Returns an FLV file with a test picture and sound that changes every `secondsEach` seconds. */
export async function changingSound(
  sounds: readonly Sound[],
  secondsEach: number,
): Promise<Uint8Array> {
  const parts = await Promise.all(sounds.map((sound) => encode(sound, secondsEach)));
  const tags = parts.flatMap((part, index) =>
    new FlvReader()
      .push(part)
      .filter(({ type }) => type !== TAG.script)
      .map((tag) => flvTag({ ...tag, timeMs: tag.timeMs + index * secondsEach * 1_000 })),
  );
  return Buffer.concat([flvHeader({ audio: true, video: true }), ...tags]);
}

function encode({ sampleRate, channels }: Sound, seconds: number): Promise<Buffer> {
  const picture = ['-f', 'lavfi', '-i', 'testsrc2=size=320x180:rate=25'];
  const sound = ['-f', 'lavfi', '-i', `sine=frequency=440:sample_rate=${sampleRate}`];
  const video = ['-c:v', 'libx264', '-preset', 'veryfast', '-pix_fmt', 'yuv420p', '-bf', '0'];
  const audio = ['-c:a', 'aac', '-b:a', '96k', '-ac', `${channels}`];
  const output = ['-g', '25', '-t', `${seconds}`, '-flvflags', 'no_duration_filesize'];
  const args = [...picture, ...sound, ...video, ...audio, ...output, '-f', 'flv', 'pipe:1'];
  return ffmpeg(args, new Uint8Array());
}
