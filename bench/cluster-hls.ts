import { Agent, request } from 'node:http';
import { fetchBytes } from '../test/support/fetched-playlist.js';
import { api, registerWithChannel } from '../test/support/people.js';
import type { ServerProcess } from '../test/support/server-process.js';
import { WeriftPublisher } from '../test/support/werift-publisher.js';
import { ClusterNodes } from './cluster-nodes.js';
import { fetchLive, type LivePlaylist, playlistUrl, withPart } from './live-playlist.js';
import { MeasuredProcess } from './measured-process.js';
import { figure, type Row } from './row.js';

const CHANNEL = 'bench-hls';
const RENDITION = 'video-0';
const VIEWERS = 500;
const ROUNDS = 5;
const PARTS = 40;
const WARM_UP_PARTS = 30;
const CROWDED_PARTS = 20;
const TRY_EVERY_MS = 200;
const TRIES = 150;

/** Measures HLS on a node that fetches the broadcast from its origin node. */
export async function benchClusterHls(): Promise<Row[]> {
  const nodes = await ClusterNodes.create();
  try {
    const origin = await nodes.start('origin');
    const edge = await nodes.start('edge');
    const publisher = await publish(origin.url);
    const far = await playable(origin);
    const near = await playable(edge);
    await partDelays(far, near, WARM_UP_PARTS);
    const rounds: PartDelays[] = [];
    for (let n = 0; n < ROUNDS; n += 1) rounds.push(await partDelays(far, near, PARTS));
    const fetches = await fetchesOfCrowd(far, near, edge);
    await publisher.vanish();
    return [
      figure('a part arrives later from an edge than from the origin, p95', {
        unit: 'ms',
        values: rounds.map((round) => percentile(round.edge, 0.95)),
        atMost: 15,
      }),
      figure('the same between two clients of the origin, p95', {
        unit: 'ms',
        values: rounds.map((round) => percentile(round.origin, 0.95)),
        atMost: null,
      }),
      figure(`${VIEWERS} viewers of an edge wait for a part: fetches from the origin`, {
        unit: '',
        values: fetches,
        atMost: 1,
      }),
    ];
  } finally {
    await nodes.close();
  }
}

/** Publishes a small video over WHIP. */
async function publish(url: string): Promise<WeriftPublisher> {
  const owner = await registerWithChannel(url, CHANNEL);
  const path = `/channels/${CHANNEL}/stream-key`;
  const { streamKey: key } = await api<{ streamKey: string }>(url, owner, 'POST', path);
  const film = { video: 'h264', audio: true, size: '320x180' } as const;
  const publisher = new WeriftPublisher({ url, channel: CHANNEL, key, film });
  const { status, text } = await publisher.publish();
  if (status !== 201) throw new Error(`WHIP: ${status} ${text}`);
  return publisher;
}

/** Resolves with the URL of a rendition's playlist on a node, once it can be played. */
async function playable({ url }: ServerProcess): Promise<string> {
  for (let attempt = 1; ; attempt += 1)
    try {
      return await playlistUrl(`${url}/hls/${CHANNEL}/index.m3u8`, RENDITION);
    } catch (error) {
      if (attempt === TRIES) throw error;
      await new Promise((resolve) => setTimeout(resolve, TRY_EVERY_MS));
    }
}

/**
 * The delays of parts, in ms, compared with a client of the origin: at a client of the edge and, to
 * show how busy the machine is, at another client of the origin.
 */
type PartDelays = { edge: number[]; origin: number[] };

/** Lets three clients wait for each part at the same time. */
async function partDelays(far: string, near: string, parts: number): Promise<PartDelays> {
  const agent = new Agent({ keepAlive: true });
  const delays: PartDelays = { edge: [], origin: [] };
  let { next } = await fetchLive(far);
  for (let n = 0; n < parts; n += 1) {
    const { pathname } = new URL(next.url);
    const [firstMs = 0, edgeMs = 0, secondMs = 0] = await Promise.all(
      [far, near, far].map((url) => arrival(new URL(pathname, url).href, agent)),
    );
    delays.edge.push(edgeMs - firstMs);
    delays.origin.push(secondMs - firstMs);
    ({ next } = await fetchLive(withPart(far, next)));
  }
  agent.destroy();
  return delays;
}

/** Resolves with the time at which a response was complete, in ms. */
function arrival(url: string, agent: Agent): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  request(url, { agent }, (response) => {
    response.resume().once('end', () => {
      if (response.statusCode === 200) resolve(performance.now());
      else reject(new Error(`${url}: ${response.statusCode}`));
    });
  })
    .once('error', reject)
    .end();
  return promise;
}

/**
 * Lets all viewers of the edge wait for parts. Returns the number of requests to the origin for
 * each part.
 */
async function fetchesOfCrowd(far: string, near: string, edge: ServerProcess): Promise<number[]> {
  const load = await MeasuredProcess.start('waiters-load.ts');
  try {
    await load.ask({ name: 'connect', url: near, clients: VIEWERS });
    const fetches: number[] = [];
    let { next }: Pick<LivePlaylist, 'next'> = await fetchLive(far);
    for (let n = 0; n < CROWDED_PARTS; n += 1) {
      const before = await fetchedBy(edge);
      await load.ask({ name: 'ask', path: new URL(next.url).pathname });
      fetches.push((await fetchedBy(edge)) - before);
      ({ next } = await fetchLive(far));
    }
    return fetches;
  } finally {
    await load.stop();
  }
}

async function fetchedBy({ url }: ServerProcess): Promise<number> {
  const text = Buffer.from(await fetchBytes(`${url}/metrics`)).toString();
  return Number(/^onair_hls_fetched_total (\d+)/m.exec(text)?.[1]);
}

function percentile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length * part)] ?? 0;
}
