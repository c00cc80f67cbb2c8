import { setTimeout as pause } from 'node:timers/promises';
import type { Lab } from './lab.js';
import { type LabChannel, lookFor } from './onair.js';
import { Program } from './program.js';
import { whipArgs } from './senders/ffmpeg.js';

const LIVE_MS = 30_000;
const HLS_MS = 30_000;
/** So much is behind live when players begin: enough to go back in. */
const HISTORY_MS = 16_000;
const RECORDED_MS = 12_000;
const FINISHED_MS = 90_000;
/** A publisher that comes back is refused until the one before it is missed. */
const COMEBACK_TRIES = 15;
const COMEBACK_MS = 2_000;
const LARGE = { width: 640, height: 360, fps: 30, bitrateKbps: 800 };
const SMALL = { width: 424, height: 240, fps: 30, bitrateKbps: 400 };

/** What players play: a live broadcast, a recording, and a recording whose picture changes its size. */
export class Programme {
  readonly channel: LabChannel;
  /** Multivariant playlists. */
  readonly recordingUrl: string;
  readonly resizedUrl: string;
  readonly #publisher: Program;

  private constructor(options: {
    channel: LabChannel;
    recordingUrl: string;
    resizedUrl: string;
    publisher: Program;
  }) {
    this.channel = options.channel;
    this.recordingUrl = options.recordingUrl;
    this.resizedUrl = options.resizedUrl;
    this.#publisher = options.publisher;
  }

  static async start(lab: Lab): Promise<Programme> {
    const resizedUrl = await recordOf(lab, [LARGE, SMALL]);
    const recordingUrl = await recordOf(lab, [LARGE]);
    const channel = await lab.onair.channel();
    const publisher = await publish(lab, channel, LARGE);
    await pause(HISTORY_MS);
    return new Programme({ channel, recordingUrl, resizedUrl, publisher });
  }

  get isOver(): boolean {
    return this.#publisher.isOver;
  }

  stop(): Promise<void> {
    return this.#publisher.stop();
  }
}

/** The playlist of a recording in which these follow one another. */
async function recordOf(lab: Lab, formats: readonly (typeof LARGE)[]): Promise<string> {
  const channel = await lab.onair.channel();
  let id = '';
  for (const [at, format] of formats.entries()) {
    const publisher = await publish(lab, channel, format);
    id = (await channel.broadcast())?.id ?? id;
    await pause(RECORDED_MS);
    // Without a goodbye the broadcast waits for the next one.
    await publisher.stop(at === formats.length - 1 ? 'SIGINT' : 'SIGKILL');
  }
  const recording = await lookFor(async () => {
    const one = await channel.recording(id);
    return one?.state === 'ready' && one;
  }, FINISHED_MS);
  if (!recording?.playlistPath) throw new Error('there is no recording');
  return `${lab.onair.url}${recording.playlistPath}`;
}

async function publish(lab: Lab, channel: LabChannel, format: typeof LARGE): Promise<Program> {
  const target = { url: `${lab.onair.url}/whip/${channel.name}`, key: channel.key, channel };
  for (let tries = 0; tries < COMEBACK_TRIES; tries += 1) {
    const program = Program.start(lab.pathOf('ffmpeg9'), whipArgs(target, format));
    const live = await lookFor(async () => {
      if (program.isOver) return 'refused';
      const broadcast = await channel.broadcast();
      return broadcast?.state === 'live' && broadcast.hls === 'ready' && 'live';
    }, LIVE_MS + HLS_MS);
    if (live === 'live' && !program.isOver) return program;
    await program.stop('SIGKILL');
    await pause(COMEBACK_MS);
  }
  throw new Error('FFmpeg could not publish');
}
