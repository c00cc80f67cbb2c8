import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { freePort } from '../test/support/free-port.js';
import { createStreamKey, registerWithChannel } from '../test/support/people.js';
import { ServerProcess } from '../test/support/server-process.js';
import type { Endpoints } from './pion-load.js';
import { cpuUsOf, cpuUsOfTree } from './process-cpu.js';

/** A server with WHIP and WHEP on 127.0.0.1. */
export type WhepServer = Readonly<{
  title: string;
  endpoints: Endpoints;
  /** Resolves with the CPU time of all its processes so far, in microseconds. */
  cpuUs: () => Promise<number>;
  /** The same without its media workers; null for a server without such processes. */
  mainCpuUs: (() => Promise<number>) | null;
  close: () => Promise<void>;
}>;

export const MEDIAMTX = 'MediaMTX';

const CHANNEL = 'bench';

/**
 * Starts this build with its defaults: a media worker per core, and HLS for every broadcast.
 * Thumbnails are off, because the load's frames can't be decoded.
 * @param worker the path of the media worker; undefined for the service's own
 */
export async function startOnair(title: string, worker?: string): Promise<WhepServer> {
  const server = await ServerProcess.start({
    RTC_WORKERS: String(availableParallelism()),
    RTC_ANNOUNCED_ADDRESS: '127.0.0.1',
    FFMPEG_BIN: '/nonexistent',
    LOG_LEVEL: 'warn',
    ...(worker === undefined ? {} : { MEDIASOUP_WORKER_BIN: worker }),
  });
  const { url, pid } = server;
  const owner = await registerWithChannel(url, CHANNEL);
  return {
    title,
    endpoints: {
      whip: `${url}/whip/${CHANNEL}`,
      token: await createStreamKey(url, owner),
      whep: `${url}/whep/${CHANNEL}`,
    },
    cpuUs: () => cpuUsOfTree(pid),
    mainCpuUs: () => cpuUsOf(pid),
    close: () => server.close(),
  };
}

/** Turns off everything in MediaMTX that WebRTC doesn't need. */
const mediamtxConfig = (http: number, udp: number) =>
  [
    'logLevel: error',
    ...['rtsp', 'rtmp', 'hls', 'srt', 'moq', 'api', 'metrics', 'playback'].map(
      (name) => `${name}: no`,
    ),
    `webrtcAddress: 127.0.0.1:${http}`,
    `webrtcLocalUDPAddress: 127.0.0.1:${udp}`,
    'webrtcIPsFromInterfaces: no',
    'webrtcAdditionalHosts: [127.0.0.1]',
    'paths:',
    '  all_others:',
  ].join('\n');

const TRIES = 100;
const RETRY_MS = 100;

/** @param program the path of MediaMTX */
export async function startMediamtx(program: string): Promise<WhepServer> {
  const folder = await mkdtemp(join(tmpdir(), 'onair-mediamtx-'));
  const file = join(folder, 'mediamtx.yml');
  const http = await freePort();
  await writeFile(file, mediamtxConfig(http, await freePort()));
  const child = spawn(program, [file], { stdio: ['ignore', 'inherit', 'inherit'] });
  const url = `http://127.0.0.1:${http}/${CHANNEL}`;
  await answering(url, child);
  return {
    title: MEDIAMTX,
    endpoints: { whip: `${url}/whip`, token: '', whep: `${url}/whep` },
    cpuUs: () => cpuUsOfTree(child.pid ?? 0),
    mainCpuUs: null,
    close: async () => {
      const gone = once(child, 'exit');
      if (child.kill()) await gone;
      await rm(folder, { recursive: true });
    },
  };
}

async function answering(url: string, child: ChildProcess): Promise<void> {
  for (let attempt = 1; ; attempt += 1)
    try {
      await fetch(url);
      return;
    } catch (cause) {
      if (attempt === TRIES || child.exitCode !== null)
        throw new Error('the server doesn’t answer', { cause });
      await wait(RETRY_MS);
    }
}
