import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import pino from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findPythonProgram } from '../../src/processes/find-python-program.js';
import type { StreamKeyView } from '../../src/protocol/stream-key.js';
import { SrtProcess } from '../../src/srt/srt-process.js';
import { startTestApp } from '../support/app.js';
import { freePort } from '../support/free-port.js';
import { api, registerWithChannel } from '../support/people.js';

let taken: Socket;
let port = 0;

beforeAll(async () => {
  taken = createSocket({ type: 'udp6' });
  taken.bind(0);
  await once(taken, 'listening');
  ({ port } = taken.address());
});
afterAll(() => taken.close());

describe.skipIf(process.env.SRT_PYTHON_BIN === '')('an SRT port that is in use', () => {
  it('is reported by the SRT program, which can then use another', async () => {
    const { command } = await findPythonProgram('srt', null);
    const process = new SrtProcess(command!, pino({ level: 'silent' }));
    try {
      const unavailable = process.events.once('unavailable');
      process.listen(port);
      expect((await unavailable)[0]).toMatch(/port|address|socket|connection/i);
      const listening = process.events.once('listening');
      process.listen(await freePort());
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
