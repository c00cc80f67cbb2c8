import { setTimeout as pause } from 'node:timers/promises';
import type { BroadcastView } from '../../src/protocol/broadcast.js';
import type { ChannelView } from '../../src/protocol/channel.js';
import type { IngestView } from '../../src/protocol/ingest.js';
import type { RecordingView } from '../../src/protocol/recording.js';
import type { CreatedStreamKey, StreamKeyView } from '../../src/protocol/stream-key.js';
import { freePort } from '../support/free-port.js';
import { api, type Person, registerWithChannel } from '../support/people.js';
import { ServerProcess } from '../support/server-process.js';
import { Missing } from './install/cache.js';
import { SERVER_ADDRESS } from './network.js';

/** The time that the server has to open its SRT port. */
const SRT_MS = 20_000;
/** The polling interval. */
const POLL_MS = 100;

/** The built service and its channels. */
export class Onair {
  readonly #server: ServerProcess;
  readonly #rtmpPort: number;
  readonly #srtPort: number;
  #channels = 0;

  private constructor(server: ServerProcess, ports: { rtmp: number; srt: number }) {
    this.#server = server;
    this.#rtmpPort = ports.rtmp;
    this.#srtPort = ports.srt;
  }

  static async start(): Promise<Onair> {
    const ports = { rtmp: await freePort(), srt: await freePort() };
    const server = await ServerProcess.start({
      HOST: '0.0.0.0',
      RTMP_PORT: String(ports.rtmp),
      SRT_PORT: String(ports.srt),
      LOG_LEVEL: 'info',
      GRACE_SECONDS: '20',
    });
    return new Onair(server, ports);
  }

  /** The URL that programs on this machine use. */
  get url(): string {
    return this.#server.url;
  }

  /** The URL that programs on the second machine use. */
  get lanUrl(): string {
    return `http://${SERVER_ADDRESS}:${new URL(this.url).port}`;
  }

  /** The URL to which programs on the second machine publish over RTMP, without the stream key. */
  get rtmpUrl(): string {
    return `rtmp://${SERVER_ADDRESS}:${this.#rtmpPort}/live`;
  }

  /** The URL to which programs on the second machine publish over SRT, without a query. */
  get srtUrl(): string {
    return `srt://${SERVER_ADDRESS}:${this.#srtPort}`;
  }

  get output(): string {
    return this.#server.output;
  }

  async channel(): Promise<LabChannel> {
    this.#channels += 1;
    const name = `lab-${this.#channels}`;
    const owner = await registerWithChannel(this.url, name, 'The laboratory');
    const path = `/channels/${name}/stream-key`;
    const created = await api<CreatedStreamKey>(this.url, owner, 'POST', path);
    return new LabChannel(this, { name, owner, created });
  }

  close(): Promise<void> {
    return this.#server.close();
  }
}

/** `url`: the server's URL with stream ID and passphrase. */
export type SrtTarget = Readonly<{
  server: string;
  streamId: string;
  passphrase: string;
  url: string;
}>;

/** A channel with its stream key, and its state from the API. */
export class LabChannel {
  readonly name: string;
  readonly owner: Person;
  readonly key: string;
  readonly #srtPassphrase: string;
  readonly onair: Onair;

  constructor(
    onair: Onair,
    { name, owner, created }: { name: string; owner: Person; created: CreatedStreamKey },
  ) {
    this.onair = onair;
    this.name = name;
    this.owner = owner;
    this.key = created.streamKey;
    this.#srtPassphrase = created.srtPassphrase;
  }

  get hlsUrl(): string {
    return `${this.onair.url}/hls/${this.name}/index.m3u8`;
  }

  /**
   * Returns what a program needs to publish over SRT, once the server's port is open.
   * @throws {Missing} if the server has no libsrt
   */
  async srt(): Promise<SrtTarget> {
    const isOpen = await pollFor(async () => {
      const view = await this.#get<StreamKeyView>(`/channels/${this.name}/stream-key`);
      return view.srtServer !== null;
    }, SRT_MS);
    if (isOpen === null) throw new Missing('the server can’t open its SRT port');
    const { srtUrl: server } = this.onair;
    const [streamId, passphrase] = [`publish:${this.name}`, this.#srtPassphrase];
    const url = `${server}?streamid=${streamId}&passphrase=${passphrase}`;
    return { server, streamId, passphrase, url };
  }

  async broadcast(): Promise<BroadcastView | null> {
    return (await this.#get<ChannelView>(`/channels/${this.name}`)).broadcast;
  }

  ingest(): Promise<IngestView> {
    return this.#get<IngestView>(`/channels/${this.name}/ingest`);
  }

  /** Resolves with null if the recording doesn't exist. */
  recording(id: string): Promise<RecordingView | null> {
    return this.#get<RecordingView>(`/recordings/${id}`).catch(() => null);
  }

  #get<T>(path: string): Promise<T> {
    return api<T>(this.onair.url, this.owner, 'GET', path);
  }
}

/** Polls until there is a result; resolves with null after a timeout. */
export async function pollFor<T>(
  read: () => Promise<T | null | undefined | false>,
  withinMs: number,
): Promise<T | null> {
  const endMs = performance.now() + withinMs;
  for (;;) {
    const found = await read();
    if (found !== null && found !== undefined && found !== false) return found;
    if (performance.now() > endMs) return null;
    await pause(POLL_MS);
  }
}
