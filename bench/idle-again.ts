import { readFile } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { fetchRenditions } from '../test/support/fetched-playlist.js';
import { ffmpegBin } from '../test/support/ffmpeg.js';
import { api, type Person, registerWithChannel } from '../test/support/people.js';
import { ServerProcess } from '../test/support/server-process.js';
import { WeriftPublisher } from '../test/support/werift-publisher.js';
import { fetchLive } from './live-playlist.js';
import { CannotRun, comparison, figure, type Row } from './row.js';

const BROADCASTS = 60;
const AT_ONCE = 3;
const LIVE_MS = 20_000;
/**
 * The time after which the server has settled. A packager remains for half a minute after its
 * broadcast has ended.
 */
const SETTLED_MS = 120_000;
const POLL_MS = 500;
const PATIENCE_MS = 300_000;

type Channel = { name: string; owner: Person; key: string };

/**
 * Compares the server process's memory after many broadcasts with its memory after the start. Each
 * broadcast arrives over WHIP, is played over HLS in all renditions, and is recorded and
 * downloaded.
 */
export async function benchIdleAgain(): Promise<Row[]> {
  if (ffmpegBin === '') throw new CannotRun('FFmpeg is not installed.');
  if (process.platform !== 'linux') throw new CannotRun('Memory is read from /proc.');
  const server = await ServerProcess.start({ LOG_LEVEL: 'warn' });
  try {
    await wait(SETTLED_MS);
    const atStart = await residentMib(server.pid);
    await Promise.all(Array.from({ length: AT_ONCE }, (_one, n) => broadcastAll(server.url, n)));
    await wait(SETTLED_MS);
    const again = await residentMib(server.pid);
    return [
      figure('memory of the idle server', { unit: 'MiB', values: [atStart], atMost: 180 }),
      comparison(`idle again after ${BROADCASTS} broadcasts, against idle at the start`, {
        unit: 'MiB',
        rounds: [{ measured: again, baseline: atStart }],
        ratioAtMost: 1.25,
      }),
    ];
  } finally {
    await server.close();
  }
}

/** Resolves with a process's resident memory, without its media workers. */
async function residentMib(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(text)?.[1]) / 1_024;
}

async function broadcastAll(url: string, number: number): Promise<void> {
  const name = `bench-idle-${number}`;
  const owner = await registerWithChannel(url, name);
  const path = `/channels/${name}/stream-key`;
  const { streamKey: key } = await api<{ streamKey: string }>(url, owner, 'POST', path);
  await api(url, owner, 'PATCH', `/channels/${name}/recording`, {
    enabled: true,
    keepDays: null,
    keepLast: null,
  });
  for (let n = number; n < BROADCASTS; n += AT_ONCE) await broadcast(url, { name, owner, key });
}

async function broadcast(url: string, { name, owner, key }: Channel): Promise<void> {
  const film = { video: 'h264', audio: true, size: '320x180' } as const;
  const publisher = new WeriftPublisher({ url, channel: name, key, film });
  const ended = new AbortController();
  try {
    const { status, text } = await publisher.publish();
    if (status !== 201) throw new Error(`the POST got status ${status}: ${text}`);
    const reading = readAll(`${url}/hls/${name}/index.m3u8`, ended.signal);
    await wait(LIVE_MS);
    ended.abort();
    await reading;
  } finally {
    await publisher.end();
  }
  await download(url, { name, owner });
}

/** Reads the parts of all renditions, like one player per rendition, until the broadcast ends. */
async function readAll(index: string, signal: AbortSignal): Promise<void> {
  let renditions: { url: string }[] = [];
  while (renditions.length === 0 && !signal.aborted) {
    await wait(POLL_MS);
    renditions = await fetchRenditions(index).catch(() => []);
  }
  await Promise.all(renditions.map((rendition) => readRendition(rendition.url, signal)));
}

async function readRendition(url: string, signal: AbortSignal): Promise<void> {
  const read = new Set<string>();
  while (!signal.aborted) {
    const live = await fetchLive(url).catch(() => null);
    for (const part of live?.partUrls ?? []) {
      if (read.has(part)) continue;
      read.add(part);
      await fetch(part).then((response) => response.arrayBuffer());
    }
    await wait(POLL_MS);
  }
}

/** Downloads the channel's newest recording. */
async function download(url: string, { name, owner }: Omit<Channel, 'key'>): Promise<void> {
  const deadlineMs = Date.now() + PATIENCE_MS;
  while (Date.now() < deadlineMs) {
    const [last] = await api<{ id: string; recording: { state: string } | null }[]>(
      url,
      owner,
      'GET',
      `/channels/${name}/broadcasts`,
    );
    if (last?.recording?.state === 'ready') {
      const response = await fetch(`${url}/api/recordings/${last.id}/download.mp4`, {
        headers: { cookie: owner.cookie },
      });
      await response.arrayBuffer();
      if (!response.ok) throw new Error(`the download got status ${response.status}`);
      return;
    }
    await wait(POLL_MS);
  }
  throw new Error(`the recording of ${name} was not ready in time`);
}
