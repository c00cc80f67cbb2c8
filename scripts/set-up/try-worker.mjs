// Run by the mediasoup worker's step, under Node 24: verifies with mediasoup itself that the worker
// in the only argument starts, speaks the same protocol version, and can open transports.
import { createWorker } from 'mediasoup';

/** @type {import('mediasoup').types.TransportListenInfo} */
const listenInfo = { protocol: 'udp', ip: '127.0.0.1' };
const worker = await createWorker({ workerBin: process.argv[2], logLevel: 'error' });
const router = await worker.createRouter({
  mediaCodecs: [{ kind: 'audio', mimeType: 'audio/opus', clockRate: 48_000, channels: 2 }],
});
const webRtcServer = await worker.createWebRtcServer({ listenInfos: [listenInfo] });
await router.createWebRtcTransport({ webRtcServer });
await router.createPipeTransport({ listenInfo, enableSrtp: true });
worker.close();
