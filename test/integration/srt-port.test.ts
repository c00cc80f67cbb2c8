import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import pino from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { findPythonProgram } from '../../src/processes/find-python-program.js';
import type { StreamKeyView } from '../../src/protocol/stream-key.js';
import { SRT_REFUSAL } from '../../src/srt/srt-messages.js';
import { type SrtCaller, SrtProcess } from '../../src/srt/srt-process.js';
import { startTestApp } from '../support/app.js';
import { ffmpegBin } from '../support/ffmpeg.js';
import { FfmpegSrt } from '../support/ffmpeg-srt.js';
import { freePort } from '../support/free-port.js';
import { api, registerWithChannel } from '../support/people.js';

const ATTEMPTS = { burst: 20, perSecond: 1 };

let taken: Socket;
let port = 0;

beforeAll(async () => {
  taken = createSocket({ type: 'udp6' });
  taken.bind(0);
  await once(taken, 'listening');
  ({ port } = taken.address());
});
afterAll(() => taken.close());

async function startProgram(): Promise<SrtProcess> {
  const { command } = await findPythonProgram('srt', null);
  return new SrtProcess(command!, pino({ level: 'silent' }));
}

describe.skipIf(process.env.SRT_PYTHON_BIN === '')('an SRT port that is in use', () => {
  it('is reported by the SRT program, which can then use another', async () => {
    const process = await startProgram();
    try {
      const unavailable = process.events.once('unavailable');
      process.listen(port, ATTEMPTS);
      expect((await unavailable)[0]).toMatch(/port|address|socket|connection/i);
      const listening = process.events.once('listening');
      process.listen(await freePort(), ATTEMPTS);
      await listening;
    } finally {
      process.close();
    }
  });

  it('doesn’t keep the service from starting, and isn’t shown to owners', async () => {
    const server = await startTestApp({
      overrides: { SRT_PORT: String(port), LOG_LEVEL: 'silent' },
    });
    try {
      const ann = await registerWithChannel(server.url, 'ann');
      const path = '/channels/ann/stream-key';
      const { srtServer } = await api<StreamKeyView>(server.url, ann, 'GET', path);
      expect(srtServer).toBeNull();
    } finally {
      await server.close();
    }
  });
});

describe.skipIf(ffmpegBin === '' || process.env.SRT_PYTHON_BIN === '')('an SRT port', () => {
  let program: SrtProcess;
  let asked: SrtCaller[];
  /** Has FFmpeg call, until it gives up. */
  let call: () => Promise<number | null>;

  beforeEach(async () => {
    program = await startProgram();
    asked = [];
    program.events.on('asked', (caller) => asked.push(caller));
    const free = await freePort();
    call = () => new FfmpegSrt(`srt://127.0.0.1:${free}?streamid=publish:ann`).ended();
    const listening = program.events.once('listening');
    program.listen(free, { burst: 2, perSecond: 0.001 });
    await listening;
  });
  afterEach(() => program.close());

  it('refuses further attempts of an address without a question', async () => {
    program.events.on('asked', ({ id }) => program.refuse(id, SRT_REFUSAL.unauthorized));
    for (let attempt = 0; attempt < 3; attempt += 1) expect(await call()).not.toBe(0);
    expect(asked.map(({ address }) => address)).toEqual(['127.0.0.1', '127.0.0.1']);
  });

  it('isn’t blocked again by a caller that repeats its packets without an answer', async () => {
    expect(await call()).not.toBe(0);
    expect(await call()).not.toBe(0);
    expect(asked).toHaveLength(1);
  });
});

describe('without Python', () => {
  it('the service starts, and SRT is off', async () => {
    const server = await startTestApp({
      overrides: {
        SRT_PORT: String(await freePort()),
        SRT_PYTHON_BIN: '/nowhere/python3',
        LOG_LEVEL: 'silent',
      },
    });
    try {
      const ann = await registerWithChannel(server.url, 'ann');
      const path = '/channels/ann/stream-key';
      const { srtServer } = await api<StreamKeyView>(server.url, ann, 'GET', path);
      expect(srtServer).toBeNull();
    } finally {
      await server.close();
    }
  });
});
