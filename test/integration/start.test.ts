import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ServerProcess } from '../support/server-process.js';
import { workerBin } from '../support/worker-bin.js';

/** Runs the built server until it exits. */
async function run(env: Record<string, string>) {
  const own = { RTC_PORT: '0', RTC_WORKERS: '1', DATA_DIR: ':memory:', LOG_LEVEL: 'warn' };
  const child = spawn(process.execPath, ['dist/bundle/main.js'], {
    env: { ...process.env, ...own, MEDIASOUP_WORKER_BIN: workerBin(), ...env },
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => (said += String(chunk)));
  const [code] = await once(child, 'close');
  return { code: Number(code), said };
}

describe('a start that fails', () => {
  let busy: Server;
  let port: number;
  beforeAll(async () => {
    busy = createServer().listen(0, '127.0.0.1');
    await once(busy, 'listening');
    const address = busy.address();
    port = typeof address === 'object' && address ? address.port : 0;
  });
  afterAll(() => void busy.close());

  it('names all errors in the configuration, and no secret', async () => {
    const { code, said } = await run({
      PORT: 'x',
      LOG_LEVEL: 'loud',
      DATABASE_URL: 'mysql://a:hush@b',
    });
    expect(code).toBe(1);
    expect(said).toMatch(/^ {2}- PORT: /m);
    expect(said).toMatch(/^ {2}- LOG_LEVEL: /m);
    expect(said).toMatch(/^ {2}- DATABASE_URL: /m);
    expect(said).not.toMatch(/hush|^ +at /m);
  });

  it('names what is missing if there is no media worker', async () => {
    const { code, said } = await run({ PORT: '0', MEDIASOUP_WORKER_BIN: '/no/such/worker' });
    expect(code).toBe(1);
    expect(said.trim()).toMatch(/^The media worker \/no\/such\/worker does not exist\..*$/);
  });

  it('says what to do when the port is in use', async () => {
    const { code, said } = await run({ PORT: String(port), HOST: '127.0.0.1' });
    expect(code).toBe(1);
    expect(said.trim()).toBe(
      `Port ${port} is in use. Stop the other program, or choose another port: PORT=${port + 1} npm start`,
    );
  });
});

describe('a running server', () => {
  let server: ServerProcess;
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'onair-start-'));
  });
  afterEach(() => server.close());
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('locks its data folder, and releases it when it stops', async () => {
    const env = { DATA_DIR: join(folder, 'data') };
    server = await ServerProcess.start(env);
    const second = await run({ ...env, PORT: '0' });
    expect(second.code).toBe(1);
    expect(second.said).toMatch(/^Another instance of Onair is using the data folder .*DATA_DIR=/);
    await server.kill('SIGTERM');
    expect(server.output).toMatch(/Onair is stopping \(SIGTERM\)\.\n/);
    expect(server.output).not.toMatch(/ERROR/);
    await server.start();
    // A new database is created, and the server starts three times.
  }, 300_000);
});
