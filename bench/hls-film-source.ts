// Runs as a separate process: sends a film as RTP repeatedly, with sender reports, as if it were
// captured now. The only argument is a FilmSending in JSON. The process sends packets between its
// parent's messages 'go' and 'stop', and answers 'sent' with the recorded times.
import { createSocket } from 'node:dgram';
import { readFileSync } from 'node:fs';

/** The film and its target ports on 127.0.0.1. Each packet is sent to every target. */
export type FilmSending = {
  path: string;
  durationMs: number;
  framesPerSecond: number;
  streams: readonly { ssrc: number; clockRate: number }[];
  /** The ports of each target by stream; `rtcp` may be the same port. */
  targets: readonly (readonly { rtp: number; rtcp: number }[])[];
};

/**
 * The times when the first and last packet of a frame of the highest layer were sent, in ms since
 * 1970.
 */
export type SentFrame = { frame: number; firstMs: number; lastMs: number };

type FilmPacket = { atMs: number; stream: number; bytes: Buffer };

const REPORT_EVERY_MS = 500;
/** The stream whose frames are recorded: the highest layer of the video. */
const NOTED_STREAM = 2;
const NOTED_MAX = 1_000;
const NTP_EPOCH_S = 2_208_988_800;

const sending: FilmSending = JSON.parse(process.argv[2] ?? '');
const packets = readFilm(readFileSync(sending.path));
const packetCounts = sending.streams.map(
  (_one, stream) => packets.filter((packet) => packet.stream === stream).length,
);
const socket = createSocket('udp4');
let timer: NodeJS.Timeout | undefined;
/** The wall-clock time at which the film's first round started. */
let beganMs = 0;
let round = 0;
let next = 0;
let reportAtMs = 0;
const sent: SentFrame[] = [];

function readFilm(bytes: Buffer): FilmPacket[] {
  const film: FilmPacket[] = [];
  for (let at = 0; at < bytes.length;) {
    const length = bytes.readUInt32BE(at + 9);
    const packet = bytes.subarray(at + 13, at + 13 + length);
    film.push({ atMs: bytes.readDoubleBE(at), stream: bytes[at + 8] ?? 0, bytes: packet });
    at += 13 + length;
  }
  return film;
}

const wallMs = (): number => performance.timeOrigin + performance.now();

function send(packet: FilmPacket): void {
  const { stream } = packet;
  const clockRate = sending.streams[stream]?.clockRate ?? 0;
  const bytes = Buffer.from(packet.bytes);
  bytes.writeUInt16BE((bytes.readUInt16BE(2) + round * (packetCounts[stream] ?? 0)) % 2 ** 16, 2);
  const ticks = bytes.readUInt32BE(4) + (round * sending.durationMs * clockRate) / 1_000;
  bytes.writeUInt32BE(ticks % 2 ** 32, 4);
  for (const ports of sending.targets) socket.send(bytes, ports[stream]?.rtp, '127.0.0.1');
  if (stream === NOTED_STREAM) note(packet);
}

function note({ bytes }: FilmPacket): void {
  const frame = Math.round((bytes.readUInt32BE(4) * sending.framesPerSecond) / 90_000);
  const atMs = wallMs();
  const last = sent.at(-1);
  if (last?.frame === frame) last.lastMs = atMs;
  else sent.push({ frame, firstMs: atMs, lastMs: atMs });
  if (sent.length > NOTED_MAX) sent.shift();
}

/** Sends a sender report without report blocks for each stream (RFC 3550, 6.4.1). */
function report(filmMs: number): void {
  sending.streams.forEach(({ ssrc, clockRate }, stream) => {
    const unixS = (beganMs + filmMs) / 1_000;
    const bytes = Buffer.alloc(28);
    bytes[0] = 0x80;
    bytes[1] = 200;
    bytes.writeUInt16BE(6, 2);
    bytes.writeUInt32BE(ssrc, 4);
    bytes.writeUInt32BE(Math.floor(unixS) + NTP_EPOCH_S, 8);
    bytes.writeUInt32BE(Math.floor((unixS % 1) * 2 ** 32), 12);
    bytes.writeUInt32BE(Math.round((filmMs * clockRate) / 1_000) % 2 ** 32, 16);
    for (const ports of sending.targets) socket.send(bytes, ports[stream]?.rtcp, '127.0.0.1');
  });
}

/** Sends the packets that are due, then waits until the next one is. */
function play(): void {
  const filmMs = wallMs() - beganMs;
  for (let packet = packets[next]; packet; packet = packets[next]) {
    if (round * sending.durationMs + packet.atMs > filmMs) break;
    send(packet);
    next += 1;
    if (next < packets.length) continue;
    next = 0;
    round += 1;
  }
  if (filmMs >= reportAtMs) {
    report(filmMs);
    reportAtMs = filmMs + REPORT_EVERY_MS;
  }
  const dueMs = round * sending.durationMs + (packets[next]?.atMs ?? 0);
  timer = setTimeout(play, Math.max(0, dueMs - (wallMs() - beganMs)));
}

/** Continues where the film would be without the stop, like a publisher after an outage. */
function go(): void {
  beganMs ||= wallMs();
  const filmMs = wallMs() - beganMs;
  round = Math.floor(filmMs / sending.durationMs);
  next = packets.findIndex(({ atMs }) => atMs >= filmMs % sending.durationMs);
  if (next === -1) next = 0;
  play();
}

process.on('disconnect', () => process.exit());
socket.bind(0, '127.0.0.1', () => {
  process.on('message', (message) => {
    if (message === 'sent') process.send?.(sent);
    else clearTimeout(timer);
    if (message === 'go') go();
  });
  process.send?.('ready');
});
