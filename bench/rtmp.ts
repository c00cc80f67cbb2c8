import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { ffmpeg } from '../test/support/ffmpeg.js';
import { freePort } from '../test/support/free-port.js';
import { api, createStreamKey, type Person, registerWithChannel } from '../test/support/people.js';
import { ServerProcess } from '../test/support/server-process.js';
import { cpuUsOf, cpuUsOfTree } from './process-cpu.js';
import { CannotRun, comparison, type Round, type Row } from './row.js';

const CHANNEL = 'bench-rtmp';
const ROUNDS = 5;
const ROUND_MS = 8_000;
/** The time after which code is compiled and segments arrive evenly. */
const WARM_UP_MS = 20_000;
const SETTLE_MS = 3_000;
const PATIENCE_MS = 60_000;
const FILM_SECONDS = 20;
const PROGRAM = process.env['FFMPEG_BIN'] ?? '';

/**
 * Measures the CPU time of a broadcast that FFmpeg publishes over RTMP in 720p at 4.5 Mbit/s:
 * packaging and recording it, against `ffmpeg -c copy` from RTMP to HLS, and restreaming it to one
 * RTMP server, against `ffmpeg -c copy` to RTMP.
 */
export async function benchRtmp(): Promise<Row[]> {
  if (PROGRAM === '') throw new CannotRun('FFmpeg is not installed.');
  const folder = await mkdtemp(join(tmpdir(), 'onair-bench-rtmp-'));
  const programs: Program[] = [];
  const run = (args: readonly string[]): Program => {
    const program = new Program(args, folder);
    programs.push(program);
    return program;
  };
  const port = await freePort();
  const server = await ServerProcess.start({
    RTMP_PORT: String(port),
    RTC_WORKERS: '1',
    TRANSCODE: 'off',
    WEBHOOK_ALLOWED_NETWORKS: '127.0.0.1',
    LOG_LEVEL: 'warn',
  });
  try {
    const film = await makeFilm(folder);
    const ann = await registerWithChannel(server.url, CHANNEL);
    const key = await createStreamKey(server.url, ann);
    const idleUs = await shareOf(() => cpuUsOfTree(server.pid));
    const copy = await startCopy(run);
    run(publishing(film, copy.url));
    run(publishing(film, `rtmp://127.0.0.1:${port}/live/${key}`));
    await isLive(server.url);
    await pause(WARM_UP_MS);
    const packaging = await comparePackaging({ server, copy: copy.program, idle: idleUs });
    const restream = await compareRestream({ server, ann, run, film });
    const unit = '% of a core';
    return [
      comparison('RTMP in: LL-HLS and recording, CPU, and ffmpeg -c copy to HLS', {
        unit,
        rounds: packaging,
        ratioAtMost: 1.2,
      }),
      comparison('restream to one RTMP server, CPU, and ffmpeg -c copy to RTMP', {
        unit,
        rounds: restream,
        ratioAtMost: 1.1,
      }),
    ];
  } finally {
    for (const program of programs) await program.stop();
    await server.close();
    await rm(folder, { recursive: true, force: true });
  }
}

type Run = (args: readonly string[]) => Program;

/** An FFmpeg process that runs in a folder. */
class Program {
  readonly #child: ChildProcess;

  constructor(args: readonly string[], folder: string) {
    const options = ['-hide_banner', '-nostdin', '-v', 'error', ...args];
    this.#child = spawn(PROGRAM, options, { cwd: folder, stdio: 'ignore' });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await ended;
  }
}

/** Encodes a video with a key frame every two seconds. Resolves with its path. */
async function makeFilm(folder: string): Promise<string> {
  const film = join(folder, 'film.flv');
  const picture = ['-f', 'lavfi', '-i', 'testsrc2=size=1280x720:rate=30,noise=alls=20:allf=t'];
  const tone = ['-f', 'lavfi', '-i', 'sine=frequency=440:sample_rate=48000'];
  const video =
    '-c:v libx264 -preset veryfast -bf 0 -g 60 -b:v 4500k -maxrate 4500k -bufsize 4500k';
  const audio = '-c:a aac -b:a 128k -ac 2';
  const length = ['-t', String(FILM_SECONDS), '-pix_fmt', 'yuv420p'];
  const output = [...`${video} ${audio}`.split(' '), ...length, '-y', film];
  await ffmpeg([...picture, ...tone, ...output], new Uint8Array());
  return film;
}

/** Returns the FFmpeg arguments for publishing a video in a loop, without encoding it. */
function publishing(film: string, url: string): string[] {
  return ['-re', '-stream_loop', '-1', '-i', film, '-c', 'copy', '-f', 'flv', url];
}

/** Starts the baseline: an RTMP server that packages one publisher as HLS in fMP4. */
async function startCopy(run: Run): Promise<{ program: Program; url: string }> {
  const url = `rtmp://127.0.0.1:${await freePort()}/live/key`;
  const output = '-c copy -f hls -hls_time 2 -hls_segment_type fmp4 -hls_list_size 15';
  const flags = ['-hls_flags', 'delete_segments', 'copy.m3u8'];
  const program = run(['-listen', '1', '-i', url, ...output.split(' '), ...flags]);
  await pause(SETTLE_MS);
  return { program, url };
}

async function isLive(url: string): Promise<void> {
  const untilMs = performance.now() + PATIENCE_MS;
  const path = `/channels/${CHANNEL}`;
  for (;;) {
    const { broadcast } = await api<{ broadcast: { hls: string } | null }>(url, null, 'GET', path);
    if (broadcast?.hls === 'ready') return;
    if (performance.now() > untilMs) throw new Error('the broadcast isn’t playable');
    await pause(100);
  }
}

/** Returns the share of a core that was used in a round, in percent, from a CPU time counter. */
async function shareOf(cpuUs: () => Promise<number>): Promise<number> {
  const [fromUs, fromMs] = [await cpuUs(), performance.now()];
  await pause(ROUND_MS);
  return ((await cpuUs()) - fromUs) / 10 / (performance.now() - fromMs);
}

async function comparePackaging({
  server,
  copy,
  idle,
}: {
  server: ServerProcess;
  copy: Program;
  idle: number;
}): Promise<Round[]> {
  const rounds: Round[] = [];
  for (let n = 0; n < ROUNDS; n += 1) {
    // Both receive the same video at the same time.
    const [measured, baseline] = await Promise.all([
      shareOf(() => cpuUsOfTree(server.pid)),
      shareOf(() => cpuUsOf(copy.pid)),
    ]);
    rounds.push({ measured: measured - idle, baseline });
  }
  return rounds;
}

/** Onair's figure is the CPU time that is added when a target is turned on. */
async function compareRestream({
  server,
  ann,
  run,
  film,
}: {
  server: ServerProcess;
  ann: Person;
  run: Run;
  film: string;
}): Promise<Round[]> {
  const path = `/channels/${CHANNEL}/restream`;
  const rounds: Round[] = [];
  for (let n = 0; n < ROUNDS; n += 1) {
    const without = await shareOf(() => cpuUsOfTree(server.pid));
    const [own, theirs] = [await startSink(run), await startSink(run)];
    const [url, key] = [own.url.slice(0, own.url.lastIndexOf('/')), 'key'];
    const target = { name: 'Bench', url, key };
    const { id } = await api<{ id: string }>(server.url, ann, 'POST', path, target);
    const baseline = run(publishing(film, theirs.url));
    await isSending(server.url, ann, path);
    await pause(SETTLE_MS);
    const [within, copied] = await Promise.all([
      shareOf(() => cpuUsOfTree(server.pid)),
      shareOf(() => cpuUsOf(baseline.pid)),
    ]);
    rounds.push({ measured: within - without, baseline: copied });
    await api(server.url, ann, 'DELETE', `${path}/${id}`);
    for (const program of [baseline, own.program, theirs.program]) await program.stop();
  }
  return rounds;
}

/** Starts an RTMP server that drops what it receives. */
async function startSink(run: Run): Promise<{ program: Program; url: string }> {
  const url = `rtmp://127.0.0.1:${await freePort()}/live/key`;
  const program = run(['-listen', '1', '-i', url, '-c', 'copy', '-f', 'null', '-']);
  await pause(SETTLE_MS);
  return { program, url };
}

async function isSending(url: string, ann: Person, path: string): Promise<void> {
  const untilMs = performance.now() + PATIENCE_MS;
  for (;;) {
    const targets = await api<{ status: { state: string } }[]>(url, ann, 'GET', path);
    if (targets.some(({ status }) => status.state === 'sending')) return;
    if (performance.now() > untilMs) throw new Error('the target isn’t connected');
    await pause(100);
  }
}
