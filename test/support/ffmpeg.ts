import { spawn } from 'node:child_process';

/** FFmpeg, as scripts/test.mjs found it; FFMPEG_BIN is empty if it is missing. */
export const ffmpegBin: string = process.env.FFMPEG_BIN ?? 'ffmpeg';

/** Runs FFmpeg on bytes; rejects if it fails or prints a warning. */
export async function ffmpeg(args: readonly string[], input: Uint8Array): Promise<Buffer> {
  const child = spawn(ffmpegBin, ['-hide_banner', '-v', 'warning', ...args]);
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const chunks: Buffer[] = [];
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  child.once('error', reject);
  child.once('close', (code) => {
    if (code === 0 && said === '') resolve(Buffer.concat(chunks));
    else reject(new Error(`FFmpeg ended with ${code}: ${said}`));
  });
  child.stdin.on('error', reject);
  child.stdin.end(input);
  return promise;
}
