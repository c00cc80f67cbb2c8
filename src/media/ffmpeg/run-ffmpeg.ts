import { spawnFfmpeg } from './spawn-ffmpeg.js';

/**
 * Enough for one frame of any size: a 4K frame needs 200 MiB, and libraries and threads need a few
 * hundred MiB more.
 */
const MEMORY_MIB = 2_048;
/** FFmpeg's error output is truncated to this length. */
const MESSAGE_MAX = 500;

type Options = Readonly<{
  program: string;
  /** The arguments up to `-i pipe:0`. */
  inputArgs: readonly string[];
  /** The arguments after the input, up to `pipe:1`. */
  outputArgs: readonly string[];
  input: readonly Uint8Array[];
  timeoutMs: number;
  /** The maximum output in bytes. */
  outputMax: number;
  /** The limit on the address space, in MiB; null for none. The default is enough for one frame. */
  memoryMiB?: number | null;
}>;

/**
 * Runs FFmpeg at low priority on input bytes and resolves with its output bytes; the arguments must
 * read `pipe:0` and write `pipe:1`. Rejects with FFmpeg's error output if FFmpeg fails. Kills
 * FFmpeg and rejects if it takes too long or writes too much.
 */
export function runFfmpeg({
  program,
  inputArgs,
  outputArgs,
  input,
  timeoutMs,
  outputMax,
  memoryMiB = MEMORY_MIB,
}: Options): Promise<Uint8Array> {
  const { promise, resolve, reject } = Promise.withResolvers<Uint8Array>();
  // CPU time has the same limit as elapsed time. FFmpeg can use several cores, but on a busy
  // machine its low priority makes it wait.
  const cpuSeconds = Math.ceil(timeoutMs / 1_000);
  const child = spawnFfmpeg(
    program,
    { input: inputArgs, output: outputArgs },
    { memoryMiB, cpuSeconds },
  );
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  let stderr = '';
  const giveUp = (reason: string) => {
    reject(new Error(reason));
    child.kill('SIGKILL');
  };
  const timer = setTimeout(() => giveUp('FFmpeg took too long'), timeoutMs);
  child.stdout.on('data', (chunk: Uint8Array) => {
    bytes += chunk.length;
    if (bytes > outputMax) giveUp('FFmpeg wrote more than expected');
    else chunks.push(chunk);
  });
  child.stderr.on('data', (chunk: Uint8Array) => {
    stderr = `${stderr}${Buffer.from(chunk).toString()}`.slice(0, MESSAGE_MAX);
  });
  child.once('error', (cause) => reject(new Error('FFmpeg can’t be started', { cause })));
  child.once('close', (code) => {
    clearTimeout(timer);
    if (code === 0) resolve(Buffer.concat(chunks));
    else reject(new Error(`FFmpeg failed (${code}): ${stderr.trim()}`));
  });
  // FFmpeg may stop reading early, which breaks the pipe. Its exit code gives the result.
  child.stdin.on('error', () => {});
  for (const piece of input) child.stdin.write(piece);
  child.stdin.end();
  return promise;
}
