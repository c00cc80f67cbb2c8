import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createWorker, type types } from 'mediasoup';
import { afterAll, beforeAll, expect, it, onTestFinished, vi } from 'vitest';
import { mediaCodecs } from '../../src/sfu/media-codecs.js';
import { ProgramRtp } from '../../src/sfu/program/program-rtp.js';
import { unixMsOf } from '../../src/sfu/sender-report.js';
import { workerSettings } from '../../src/sfu/worker-settings.js';
import { workerBin } from '../support/worker-bin.js';

const PACKET_MS = 20;
const TICKS_PER_MS = 48;
const SENDER_REPORT = 200;
const LIMIT = { timeout: 30_000, interval: 20 };

let worker: types.Worker;
beforeAll(async () => {
  worker = await createWorker(workerSettings(workerBin() ?? null));
});
afterAll(() => worker.close());

/** Sends a producer's packets and mediasoup's reports to a socket. */
async function received(router: types.Router, producer: types.Producer) {
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  onTestFinished(() => void socket.close());
  await once(socket, 'listening');
  const transport = await router.createPlainTransport({
    listenInfo: { protocol: 'udp', ip: '127.0.0.1' },
  });
  await transport.connect({ ip: '127.0.0.1', port: socket.address().port });
  const reports: { ntpMs: number; rtpTime: number }[] = [];
  socket.on('message', (bytes) => {
    if (bytes.readUInt8(1) !== SENDER_REPORT) return;
    const ntp = { ntpSec: bytes.readUInt32BE(8), ntpFrac: bytes.readUInt32BE(12) };
    reports.push({ ntpMs: unixMsOf(ntp), rtpTime: bytes.readUInt32BE(16) });
  });
  await transport.consume({
    producerId: producer.id,
    rtpCapabilities: router.rtpCapabilities,
  });
  return reports;
}

it('tells viewers when late media was captured, from the first report on', async () => {
  const router = await worker.createRouter({ mediaCodecs });
  onTestFinished(() => router.close());
  const transport = await router.createDirectTransport();
  const offered = Promise.withResolvers<types.Producer>();
  const program = new ProgramRtp({
    codec: 'opus',
    transport,
    nowMs: () => Date.now(),
    onProducer: (producer) => offered.resolve(producer),
    onError: (error) => offered.reject(error),
  });
  onTestFinished(() => program.close());
  const startMs = Date.now();
  program.setClock({ time: 0, capturedMs: startMs });
  const reports = await received(router, await offered.promise);

  // Transcoding delays the audio, so each packet is sent a second after its capture.
  const lateMs = 1_000;
  let sentMs = 0;
  const send = () => {
    for (; startMs + sentMs + lateMs <= Date.now(); sentMs += PACKET_MS) {
      const time = sentMs * TICKS_PER_MS;
      const packet = Buffer.from([0xfc, 0xff, 0xfe]);
      program.send([[packet]], { decodeTime: time, shownTime: time, arrivedMs: Date.now() });
    }
  };
  const sending = setInterval(send, PACKET_MS);
  onTestFinished(() => clearInterval(sending));
  await vi.waitUntil(() => reports.length >= 2, LIMIT);
  const offsets = reports.map(({ ntpMs, rtpTime }) => ntpMs - rtpTime / TICKS_PER_MS - startMs);
  for (const offsetMs of offsets) expect(Math.abs(offsetMs)).toBeLessThan(lateMs / 4);
});
