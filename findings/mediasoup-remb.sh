#!/usr/bin/env bash
# mediasoup offers REMB, and creates an estimator for a consumer with goog-remb and abs-send-time, but the estimator
# ignores the bit rates that the receiver reports: its libwebrtc is configured to use only transport-cc feedback, and
# logs an error for each REMB. The available bit rate, which determines the layers, keeps its initial value.
#
# MEDIASOUP_WORKER_BIN: the path of an installed worker of this version. Without it, the package downloads or builds one.
set -euo pipefail
dir=$(mktemp -d); trap 'rm -rf "$dir"' EXIT
cd "$dir"
scripts=(); if [ -n "${MEDIASOUP_WORKER_BIN:-}" ]; then scripts=(--ignore-scripts); fi
npm install --silent --no-audit --no-fund "${scripts[@]}" mediasoup@3.27.1 >/dev/null
cat > finding.mjs <<'M'
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { createWorker, setLogEventListeners, version } from 'mediasoup';

const REPORTED_BPS = 100_000;
const REPORTS = 20;
const ip = '127.0.0.1';
let errors = 0;
setLogEventListeners({
  onerror: (_namespace, log) => {
    if (log.includes('Received REMB for packet feedback only')) errors += 1;
  },
});
const codec = { kind: 'video', mimeType: 'video/VP8', clockRate: 90_000 };
const worker = await createWorker({ logLevel: 'error' });
const router = await worker.createRouter({ mediaCodecs: [codec] });
const listenInfo = { protocol: 'udp', ip };
const entry = await router.createPlainTransport({ listenInfo, comedia: true });
const { kind: _, ...sent } = { ...codec, payloadType: 96 };
const producer = await entry.produce({
  kind: 'video',
  rtpParameters: { codecs: [sent], encodings: [{ ssrc: 1 }] },
});
const receiver = createSocket('udp4').bind(0, ip);
await once(receiver, 'listening');
const exit = await router.createPlainTransport({ listenInfo });
await exit.connect({ ip, port: receiver.address().port });
const { codecs, headerExtensions } = router.rtpCapabilities;
const consumer = await exit.consume({
  producerId: producer.id,
  rtpCapabilities: {
    codecs,
    headerExtensions: headerExtensions.filter(({ uri }) => uri.endsWith('abs-send-time')),
  },
});
const [{ rtcpFeedback }] = consumer.rtpParameters.codecs;
const available = async () => (await exit.getStats())[0].availableOutgoingBitrate;
// A REMB of 2^6 times the mantissa (draft-alvestrand-rmcat-remb-03 2.2).
const mantissa = REPORTED_BPS >> 6;
const remb = Buffer.alloc(24);
remb.writeUInt8(0x8f, 0);
remb.writeUInt8(206, 1);
remb.writeUInt16BE(5, 2);
remb.writeUInt32BE(2, 4);
remb.write('REMB', 12);
remb.writeUInt8(1, 16);
remb.writeUInt8((6 << 2) | (mantissa >> 16), 17);
remb.writeUInt16BE(mantissa & 0xffff, 18);
remb.writeUInt32BE(consumer.rtpParameters.encodings[0].ssrc, 20);
const before = await available();
for (let i = 0; i < REPORTS; i += 1) {
  receiver.send(remb, exit.tuple.localPort, ip);
  await wait(100);
}
const after = await available();
worker.close();
receiver.close();
console.log(`mediasoup ${version}`);
console.log(`feedback of the consumer: ${rtcpFeedback.map(({ type }) => type).join(' ')}`);
console.log(`reported ${REPORTED_BPS} bit/s ${REPORTS} times`);
console.log(`available before ${before}, after ${after} bit/s; ${errors} errors logged`);
const isRemb = rtcpFeedback.some(({ type }) => type === 'goog-remb');
process.exitCode = isRemb && errors > 0 && after > 2 * REPORTED_BPS ? 0 : 1;
M
if node finding.mjs; then echo "Unchanged: reports by REMB are ignored."; else echo "CHANGED"; exit 1; fi
