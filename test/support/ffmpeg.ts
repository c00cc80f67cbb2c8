import { spawn } from 'node:child_process';

/** FFmpeg for tests, as scripts/test.mjs found it; an empty FFMPEG_BIN says that there is none. */
export const ffmpegBin: string = process.env.FFMPEG_BIN ?? 'ffmpeg';

/** Runs FFmpeg on bytes; rejects when it fails, or says anything from warnings on. */
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
