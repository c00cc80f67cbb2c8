import { type Agent, type IncomingHttpHeaders, request } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { expect } from 'vitest';
import type { Run } from '../../src/hls/run/run.js';
import {
  FakeMedia,
  fakeAudioInit,
  fakeVideoInit,
  type HlsNodeOptions,
  type HlsServer,
  type OpenOptions,
  startHlsServer,
} from './hls-server.js';

type Sent = { method?: string; headers?: Record<string, string>; agent?: Agent };

/** A response; `text` is the uncompressed body. */
export type Reply = { status: number; headers: IncomingHttpHeaders; bytes: Buffer; text: string };

/** HLS delivery over HTTP, with live channels. */
export class HlsScene {
  readonly server: HlsServer;
  #channels = 0;

  private constructor(server: HlsServer) {
    this.server = server;
  }

  static async open(node?: HlsNodeOptions): Promise<HlsScene> {
    return new HlsScene(await startHlsServer(node));
  }

  close(): Promise<void> {
    return this.server.close();
  }

  /** Sends a request with exactly this path, which fetch would normalize. */
  fetchPath(path: string, { method = 'GET', headers = {}, agent }: Sent = {}): Promise<Reply> {
    const { promise, resolve, reject } = Promise.withResolvers<Reply>();
    const { port } = this.server;
    request({ port, path, method, headers, ...(agent && { agent }) }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const bytes = Buffer.concat(chunks);
        const { statusCode: status = 0, headers: got } = response;
        const isPacked = got['content-encoding'] === 'gzip' && bytes.length > 0;
        const text = (isPacked ? gunzipSync(bytes) : bytes).toString();
        resolve({ status, headers: got, bytes, text });
      });
    })
      .on('error', reject)
      .end();
    return promise;
  }

  /**
   * Opens a live channel with one video layer and audio, both written by the same
   * {@link FakeMedia}.
   */
  live(options?: OpenOptions) {
    this.#channels += 1;
    const channel = `channel-${this.#channels}`;
    const { run, files } = this.server.open(channel, options);
    const video = run.rendition('video-0', { kind: 'video', layer: 0 });
    const opus = run.rendition('opus', { kind: 'audio' });
    video.setInit(fakeVideoInit());
    opus.setInit(fakeAudioInit());
    const media = new FakeMedia(this.server.clock, [video, opus]);
    const base = `/hls/${channel}`;
    const playlist = (query = '') => this.fetchPath(`${base}/${run.id}/video-0.m3u8${query}`);
    return { channel, base, run, files, video, opus, media, at: `${base}/${run.id}`, playlist };
  }
}

/** Returns the error in a response. */
export const errorOf = ({ text }: Reply): { code: string; message: string } =>
  (JSON.parse(text) as { error: { code: string; message: string } }).error;

/** Resolves when `count` requests are waiting for the run. */
export async function waiting(run: Run, count: number): Promise<void> {
  await expect.poll(() => run.waiting, { interval: 5, timeout: 30_000 }).toBe(count);
}

/** Resolves when a segment of the lowest layer is on disk. */
export async function stored(run: Run, msn: number): Promise<void> {
  const segment = () => run.renditions.get('video-0')!.segment(msn);
  await expect.poll(() => segment()?.state, { interval: 5 }).toBe('stored');
}
