import { spawnFfmpeg } from './spawn-ffmpeg.js';

/** For one picture, however large: 4K takes 200 MiB, and libraries and threads some hundreds. */
const MEMORY_MIB = 2_048;
/** Its error output is truncated to this length. */
const MESSAGE_MAX = 500;

type Options = Readonly<{
  program: string;
  /** Up to `-i pipe:0`. */
  inputArgs: readonly string[];
  /** After it, up to `pipe:1`. */
  outputArgs: readonly string[];
  input: readonly Uint8Array[];
  timeoutMs: number;
  /** The maximum output in bytes. */
  outputMax: number;
}>;

/**
 * Runs FFmpeg at low priority from bytes to bytes: `args` read `pipe:0` and write `pipe:1`. Rejects
 * with FFmpeg's error output if it fails, takes too long (it is killed) or writes too much.
 */
export function runFfmpeg({
  program,
  inputArgs,
  outputArgs,
  input,
  timeoutMs,
  outputMax,
}: Options): Promise<Uint8Array> {
  const { promise, resolve, reject } = Promise.withResolvers<Uint8Array>();
  // Within its time it can't use more of the processor than this, with a thread for each of a few cores.
  const cpuSeconds = Math.ceil(timeoutMs / 1_000) * 4;
  const child = spawnFfmpeg(
    program,
    { input: inputArgs, output: outputArgs },
    { memoryMiB: MEMORY_MIB, cpuSeconds },
  );
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  let said = '';
  const giveUp = (reason: string) => {
    reject(new Error(reason));
    child.kill('SIGKILL');
  };
  const timer = setTimeout(() => giveUp('FFmpeg took too long'), timeoutMs);
  child.stdout.on('data', (chunk: Uint8Array) => {
    bytes += chunk.length;
    if (bytes > outputMax) giveUp('FFmpeg wrote more than was expected');
    else chunks.push(chunk);
  });
  child.stderr.on('data', (chunk: Uint8Array) => {
    said = `${said}${Buffer.from(chunk).toString()}`.slice(0, MESSAGE_MAX);
  });
  child.once('error', (cause) => reject(new Error('FFmpeg can not be started', { cause })));
  child.once('close', (code) => {
    clearTimeout(timer);
    if (code === 0) resolve(Buffer.concat(chunks));
    else reject(new Error(`FFmpeg failed (${code}): ${said.trim()}`));
  });
  // FFmpeg may stop reading early, which breaks the pipe; its exit code reports the result.
  child.stdin.on('error', () => {});
  for (const piece of input) child.stdin.write(piece);
  child.stdin.end();
  return promise;
}
