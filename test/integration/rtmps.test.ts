import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type TLSSocket } from 'node:tls';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { CertificateError, listen } from '../../src/ingest/rtmp/rtmp-listener.js';
import type { ChannelView } from '../../src/protocol/channel.js';
import { startTestApp } from '../support/app.js';
import { createCertificate } from '../support/certificate.js';
import { ffmpegBin } from '../support/ffmpeg.js';
import { FfmpegRtmp } from '../support/ffmpeg-rtmp.js';
import { freePort } from '../support/free-port.js';
import { api, createStreamKey, registerWithChannel } from '../support/people.js';

const folder = await mkdtemp(join(tmpdir(), 'onair-rtmps-'));
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Returns the fingerprint of the certificate that a server presents. */
async function fingerprint(port: number): Promise<string> {
  const socket: TLSSocket = connect({ port, host: 'localhost', rejectUnauthorized: false });
  await once(socket, 'secureConnect');
  const { fingerprint256 } = socket.getPeerCertificate();
  socket.destroy();
  return fingerprint256;
}

describe('RTMPS', () => {
  it.skipIf(ffmpegBin === '')('lets FFmpeg publish', async () => {
    const { certFile, keyFile } = await createCertificate(folder);
    const port = await freePort();
    const tls = { RTMPS_CERT_FILE: certFile, RTMPS_KEY_FILE: keyFile };
    const server = await startTestApp({
      overrides: { RTMP_PORT: '0', RTMPS_PORT: String(port), ...tls },
    });
    const ann = await registerWithChannel(server.url, 'ann');
    const key = await createStreamKey(server.url, ann);
    const program = new FfmpegRtmp(`rtmps://localhost:${port}/live/${key}`);
    try {
      const channel = () => api<ChannelView>(server.url, null, 'GET', '/channels/ann');
      const isLive = async () => (await channel()).broadcast?.state === 'live';
      await vi.waitUntil(isLive, { timeout: 60_000, interval: 100 }).catch((error: unknown) => {
        throw new Error(`not live; FFmpeg printed: ${program.said}`, { cause: error });
      });
      expect((await channel()).broadcast?.source).toBe('rtmp');
    } finally {
      await program.stop();
      await server.close();
    }
  });

  it('presents a renewed certificate to new connections, and keeps it if the next is broken', async () => {
    const files = await createCertificate(folder);
    const port = await freePort();
    const listener = await listen(port, files, (socket) => socket.destroy());
    try {
      const first = await fingerprint(port);
      expect(await listener.renew()).toBe(false);
      await createCertificate(folder);
      expect(await listener.renew()).toBe(true);
      const second = await fingerprint(port);
      expect(second).not.toBe(first);
      await writeFile(files.certFile, 'no certificate');
      await expect(listener.renew()).rejects.toBeInstanceOf(CertificateError);
      expect(await fingerprint(port)).toBe(second);
    } finally {
      listener.close();
    }
  });

  it('names the files if it has no certificate, and the service starts', async () => {
    const certFile = join(folder, 'missing.pem');
    const server = await startTestApp({
      overrides: {
        RTMP_PORT: '0',
        RTMPS_PORT: String(await freePort()),
        RTMPS_CERT_FILE: certFile,
        RTMPS_KEY_FILE: certFile,
        LOG_LEVEL: 'silent',
      },
    });
    await server.close();
    await expect(listen(0, { certFile, keyFile: certFile }, () => undefined)).rejects.toThrow(
      certFile,
    );
  });
});
