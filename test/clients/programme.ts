import { setTimeout as pause } from 'node:timers/promises';
import type { Lab } from './lab.js';
import { type LabChannel, pollFor } from './onair.js';
import { Program } from './program.js';
import { whipArgs } from './senders/ffmpeg.js';

const LIVE_MS = 30_000;
const HLS_MS = 30_000;
/** How long to broadcast before players start, so that they can rewind. */
const HISTORY_MS = 16_000;
const RECORDED_MS = 12_000;
const FINISHED_MS = 90_000;
const LOST_MS = 30_000;
/** A returning publisher is rejected until the server notices that the previous one is lost. */
const COMEBACK_TRIES = 15;
const COMEBACK_MS = 2_000;
const LARGE = { width: 640, height: 360, fps: 30, bitrateKbps: 800 };
const SMALL = { width: 424, height: 240, fps: 30, bitrateKbps: 400 };

/**
 * The media that players play: a live broadcast, a recording, and a recording with a size change.
 */
export class Programme {
  readonly channel: LabChannel;
  /** URLs of multivariant playlists. */
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

/** A live broadcast whose resolution changes while players watch it. */
export class Resizing {
  readonly channel: LabChannel;
  readonly #lab: Lab;
  #publisher: Program;

  private constructor(lab: Lab, channel: LabChannel, publisher: Program) {
    this.#lab = lab;
    this.channel = channel;
    this.#publisher = publisher;
  }

  static async start(lab: Lab): Promise<Resizing> {
    const channel = await lab.onair.channel();
    return new Resizing(lab, channel, await publish(lab, channel, LARGE));
  }

  /** Replaces the publisher with one that sends a lower resolution. */
  async change(): Promise<void> {
    await lose(this.channel, this.#publisher);
    this.#publisher = await publish(this.#lab, this.channel, SMALL);
  }

  stop(): Promise<void> {
    return this.#publisher.stop();
  }
}

/** Records the formats one after another; returns the recording's playlist URL. */
async function recordOf(lab: Lab, formats: readonly (typeof LARGE)[]): Promise<string> {
  const channel = await lab.onair.channel();
  let id = '';
  for (const [at, format] of formats.entries()) {
    const publisher = await publish(lab, channel, format);
    id = (await channel.broadcast())?.id ?? id;
    await pause(RECORDED_MS);
    if (at === formats.length - 1) await publisher.stop();
    else await lose(channel, publisher);
  }
  const recording = await pollFor(async () => {
    const one = await channel.recording(id);
    return one?.state === 'ready' && one;
  }, FINISHED_MS);
  if (!recording?.playlistPath) throw new Error('there is no recording');
  return `${lab.onair.url}${recording.playlistPath}`;
}

/** Kills a publisher, and waits until the server notices. */
async function lose(channel: LabChannel, publisher: Program): Promise<void> {
  await publisher.stop('SIGKILL');
  const isLive = async () => (await channel.broadcast())?.state === 'live';
  if ((await pollFor(async () => !(await isLive()), LOST_MS)) === null)
    throw new Error('the loss of the publisher was not noticed');
}

async function publish(lab: Lab, channel: LabChannel, format: typeof LARGE): Promise<Program> {
  const target = { url: `${lab.onair.url}/whip/${channel.name}`, key: channel.key, channel };
  for (let tries = 0; tries < COMEBACK_TRIES; tries += 1) {
    const program = Program.start(lab.pathOf('ffmpeg9'), whipArgs(target, format));
    const live = await pollFor(async () => {
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
