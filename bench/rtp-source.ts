// Runs as a separate process: a publisher without an encoder. Each RTP packet contains a header,
// the NAL header byte of an H.264 parameter set or fragment, and zeros. The only argument is an
// RtpStream in JSON. Packets are sent between the parent's messages 'go' and 'stop'.
import { createSocket } from 'node:dgram';

/** The stream, and the target UDP port on 127.0.0.1. */
export type RtpStream = {
  port: number;
  ssrc: number;
  payloadType: number;
  packetBytes: number;
  packetsPerFrame: number;
  framesPerSecond: number;
};

const HEADER_BYTES = 12;
const NAL_PARAMETER_SET = 0x67;
const NAL_FRAGMENT = 0x7c;
const KEY_FRAME_EVERY = 60;

const stream: RtpStream = JSON.parse(process.argv[2] ?? '');
const socket = createSocket('udp4');
let frame = 0;
let timer: NodeJS.Timeout | undefined;

function packetOf(index: number): Buffer {
  const isLast = index === stream.packetsPerFrame - 1;
  const startsKeyFrame = index === 0 && frame % KEY_FRAME_EVERY === 0;
  const packet = Buffer.alloc(stream.packetBytes);
  packet[0] = 0x80;
  packet[1] = (isLast ? 0x80 : 0) | stream.payloadType;
  packet.writeUInt16BE((frame * stream.packetsPerFrame + index) % 2 ** 16, 2);
  packet.writeUInt32BE((frame * (90_000 / stream.framesPerSecond)) % 2 ** 32, 4);
  packet.writeUInt32BE(stream.ssrc, 8);
  packet[HEADER_BYTES] = startsKeyFrame ? NAL_PARAMETER_SET : NAL_FRAGMENT;
  return packet;
}

function sendFrame(): void {
  for (let index = 0; index < stream.packetsPerFrame; index += 1) socket.send(packetOf(index));
  frame += 1;
}

process.on('disconnect', () => process.exit());
socket.connect(stream.port, '127.0.0.1', () => {
  process.on('message', (message) => {
    clearInterval(timer);
    if (message === 'go') timer = setInterval(sendFrame, 1_000 / stream.framesPerSecond);
  });
});
