import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../install/cache.js';
import type { Lab } from '../lab.js';
import { pollFor } from '../onair.js';
import { lanUrlOf, PLAYED_S, type Player } from './player.js';

const RTSP_PORT = 8_554;
/** The time to connect and receive the first key frame. */
const EXTRA_MS = 20_000;
const OFF = ['rtmp', 'hls', 'webrtc', 'srt', 'moq', 'api', 'metrics', 'playback'];

/** Pulls the channel over WHEP and serves it over RTSP. */
const config = (url: string) =>
  [
    'logLevel: info',
    `rtspAddress: 127.0.0.1:${RTSP_PORT}`,
    'rtspTransports: [tcp]',
    ...OFF.map((name) => `${name}: no`),
    'paths:',
    '  channel:',
    `    source: ${url.replace(/^http/, 'whep')}`,
  ].join('\n');

/** MediaMTX as a WHEP client, read by FFmpeg. */
export const mediamtx: Player = {
  name: 'mediamtx',
  client: 'MediaMTX, source: whep://',
  tools: ['mediamtx', 'ffmpeg9'],
  scenarios: ['whep'],
  whatToSet: '',
  version: async (lab) => (await run(lab.pathOf('mediamtx'), ['--version'])).trim(),
  play: async (lab: Lab, scenario, programme) => {
    const file = join(lab.folder, 'mediamtx.yml');
    await writeFile(file, config(lanUrlOf(lab, scenario, programme)));
    const server = lab.other.start(lab.pathOf('mediamtx'), [file]);
    try {
      const available = () => server.lines.find((line) => line.includes('stream is available'));
      await pollFor(async () => server.isOver || available(), EXTRA_MS);
      const input = ['-rtsp_transport', 'tcp', '-i', `rtsp://127.0.0.1:${RTSP_PORT}/channel`];
      const args = ['-hide_banner', '-nostdin', ...input, '-t', `${PLAYED_S}`, '-f', 'null', '-'];
      const reader = lab.other.start(lab.pathOf('ffmpeg9'), args);
      await reader.endWithin(PLAYED_S * 1_000 + EXTRA_MS);
      const frames = /frame=\s*(\d+)(?!.*frame=)/s.exec(reader.output)?.[1] ?? '0';
      const tracks = /\d+ tracks?.*/.exec(available() ?? '')?.[0];
      return `${frames} frames in ${PLAYED_S} s, ${tracks ?? `no stream: ${server.lines.at(-1)}`}`;
    } finally {
      await server.stop();
    }
  },
};
