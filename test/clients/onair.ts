import { setTimeout as pause } from 'node:timers/promises';
import type { BroadcastView } from '../../src/protocol/broadcast.js';
import type { ChannelView } from '../../src/protocol/channel.js';
import type { IngestView } from '../../src/protocol/ingest.js';
import type { RecordingView } from '../../src/protocol/recording.js';
import { freePort } from '../support/free-port.js';
import { api, type Person, registerWithChannel } from '../support/people.js';
import { ServerProcess } from '../support/server-process.js';
import { SERVER_ADDRESS } from './network.js';

/** The polling interval. */
const POLL_MS = 100;

/** The built service and its channels. */
export class Onair {
  readonly #server: ServerProcess;
  readonly #rtmpPort: number;
  #channels = 0;

  private constructor(server: ServerProcess, rtmpPort: number) {
    this.#server = server;
    this.#rtmpPort = rtmpPort;
  }

  static async start(): Promise<Onair> {
    const rtmpPort = await freePort();
    const server = await ServerProcess.start({
      HOST: '0.0.0.0',
      RTMP_PORT: String(rtmpPort),
      LOG_LEVEL: 'info',
      GRACE_SECONDS: '20',
    });
    return new Onair(server, rtmpPort);
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

  get output(): string {
    return this.#server.output;
  }

  async channel(): Promise<LabChannel> {
    this.#channels += 1;
    const name = `lab-${this.#channels}`;
    const owner = await registerWithChannel(this.url, name, 'The laboratory');
    const path = `/channels/${name}/stream-key`;
    const { streamKey } = await api<{ streamKey: string }>(this.url, owner, 'POST', path);
    return new LabChannel(this, { name, owner, key: streamKey });
  }

  close(): Promise<void> {
    return this.#server.close();
  }
}

/** A channel with its stream key, and its state from the API. */
export class LabChannel {
  readonly name: string;
  readonly owner: Person;
  readonly key: string;
  readonly onair: Onair;

  constructor(onair: Onair, { name, owner, key }: { name: string; owner: Person; key: string }) {
    this.onair = onair;
    this.name = name;
    this.owner = owner;
    this.key = key;
  }

  get hlsUrl(): string {
    return `${this.onair.url}/hls/${this.name}/index.m3u8`;
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
