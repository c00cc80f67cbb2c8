import { beforeEach, describe, expect, it, vi } from 'vitest';
import { H264 } from '../../../test/support/h264-config.js';
import type { TimedSample } from '../../broadcast/ports/samples.js';
import type { SrtProgress } from '../../srt/srt-messages.js';
import type { SrtOutputEvents } from '../../srt/srt-outputs.js';
import { Backlog } from '../backlog.js';
import type { RestreamError } from '../restream-problem.js';
import { SrtPublication } from './srt-publication.js';

const PLACE = {
  address: '192.0.2.1',
  port: 9_001,
  streamId: 'live_secret',
  passphrase: 'a secret phrase',
  latencyMs: 200,
};
const PACKET_BYTES = 188;
const KINDS = { video: true, audio: false, refused: null };

let events: SrtOutputEvents;
let sent: Uint8Array[];
let accepts: boolean;
let closings: number;
let problems: RestreamError[];
let publication: SrtPublication;
beforeEach(() => {
  sent = [];
  accepts = true;
  closings = 0;
  problems = [];
  const connect = (_place: unknown, listener: SrtOutputEvents) => {
    events = listener;
    const send = (data: Uint8Array): boolean => accepts && sent.push(Uint8Array.from(data)) > 0;
    return { send, close: () => void (closings += 1) };
  };
  publication = new SrtPublication({ connect }, PLACE);
  publication.events.on('closed', (problem) => problems.push(problem));
});

let timeMs = 0;
function picture({ keyFrame = false, bytes = 100 } = {}): TimedSample {
  timeMs += 40;
  const data = new Uint8Array(bytes).fill(1);
  new DataView(data.buffer).setUint32(0, bytes - 4);
  return { kind: 'video', timeMs, compositionMs: 0, keyFrame, data, config: H264 };
}

const sentBytes = () => sent.reduce((sum, { length }) => sum + length, 0);
/** Resolves when what has been written in this turn has been sent. */
const flushed = () => new Promise((resolve) => void setImmediate(resolve));

const IDLE: SrtProgress = { takenBytes: 0, bufferedBytes: 0, packets: 0, droppedPackets: 0 };
const progress = (change: Partial<SrtProgress>): void => events.progressed({ ...IDLE, ...change });

describe('a publication over SRT', () => {
  it('starts when it is connected, and sends what was written at once in one piece', async () => {
    const started = vi.fn<() => void>();
    publication.events.on('started', started);
    events.connected();
    expect(started).toHaveBeenCalledOnce();
    const writer = publication.begin(KINDS, () => 0);
    writer.push(picture(), true);
    await flushed();
    expect(sent).toHaveLength(0);
    writer.push(picture({ keyFrame: true }), true);
    writer.push(picture(), true);
    await flushed();
    expect(sent).toHaveLength(1);
    // The tables and two pictures.
    expect(sentBytes()).toBe(4 * PACKET_BYTES);
  });

  it('sends large pictures in frames of whole SRT packets', async () => {
    const writer = publication.begin(KINDS, () => 0);
    writer.push(picture({ keyFrame: true, bytes: 200_000 }), true);
    await flushed();
    expect(sent.length).toBeGreaterThan(3);
    expect(sent.slice(0, -1).every(({ length }) => length === 49 * 1_316)).toBe(true);
    expect(sentBytes() % PACKET_BYTES).toBe(0);
    const all = { written: sentBytes(), waiting: sentBytes(), dropped: 0 };
    expect(publication.progress).toEqual(all);
    progress({ takenBytes: 150_000, bufferedBytes: 1_000 });
    expect(publication.progress.waiting).toBe(sentBytes() - 149_000);
  });

  it.each([
    ['packets were dropped', () => progress({ droppedPackets: 1 })],
    ['the program doesn’t read', () => void (accepts = false)],
  ])('continues with a key frame after %s', async (_what, happen) => {
    const writer = publication.begin(KINDS, () => 0);
    writer.push(picture({ keyFrame: true }), true);
    await flushed();
    happen();
    writer.push(picture(), true);
    await flushed();
    accepts = true;
    const before = sentBytes();
    writer.push(picture(), true);
    await flushed();
    expect(sentBytes()).toBe(before);
    writer.push(picture({ keyFrame: true }), true);
    await flushed();
    expect(sentBytes()).toBeGreaterThan(before);
  });

  it('continues after a refused write even if other media follows before the key frame', async () => {
    const backlog = new Backlog(() => publication.progress, 0);
    const writer = publication.begin(KINDS, () => backlog.waitingMs);
    /** Writes a picture, as `TargetSender` does, and reports that everything was acknowledged. */
    const write = async (keyFrame: boolean): Promise<void> => {
      writer.push(picture({ keyFrame }), true);
      backlog.mark(timeMs);
      await flushed();
      progress({ takenBytes: sentBytes(), packets: sent.length });
    };
    await write(true);
    accepts = false;
    await write(false);
    accepts = true;
    const before = sentBytes();
    // Two seconds of media pass until the next key frame.
    for (let count = 0; count < 50; count += 1) await write(false);
    expect(sentBytes()).toBe(before);
    await write(true);
    await write(false);
    expect(sent).toHaveLength(3);
    expect(publication.progress).toMatchObject({ waiting: 0, dropped: PACKET_BYTES });
  });

  it('reports a lower bit rate while packets are dropped', () => {
    const backlog = new Backlog(() => publication.progress, 0);
    for (let second = 0; second <= 4; second += 1) {
      progress({ takenBytes: second * 131_600, packets: second * 25, droppedPackets: second * 75 });
      backlog.check(second * 1_000);
    }
    expect(backlog.bitrateBps).toBe(25 * 1_316 * 8);
  });

  it.each([
    [-1, 'srt_failed'],
    // What libsrt reports if a server's callback returns an error without a reason.
    [0, 'key_refused'],
    [1, 'busy'],
    [2, 'key_refused'],
    [3, 'busy'],
    [10, 'passphrase_refused'],
    [11, 'passphrase_refused'],
    [16, 'unreachable'],
    [1_401, 'key_refused'],
    [1_402, 'busy'],
    [1_409, 'in_use'],
    [4_242, 'refused'],
  ])('reports the reason %i as %s, without its secrets', (reason, problem) => {
    events.rejected(reason);
    expect(problems.map((one) => one.problem)).toEqual([problem]);
    expect(problems[0]?.message).not.toContain('secret ');
    expect(closings).toBe(1);
  });

  it.each([
    ['at once', 'key_refused', () => undefined],
    ['before anything arrived', 'key_refused', () => progress({ takenBytes: 9, bufferedBytes: 9 })],
    ['after media arrived', 'closed', () => progress({ takenBytes: 9 })],
    [
      'after it was connected for seconds without media',
      'closed',
      () => [1, 2, 3].forEach(() => progress({})),
    ],
  ])('reports a server that closes the connection %s as %s', (_when, problem, happen) => {
    events.connected();
    publication.begin(KINDS, () => 0);
    happen();
    events.closed();
    expect(problems.map((one) => one.problem)).toEqual([problem]);
  });

  it('doesn’t blame the server for the end of the SRT program', () => {
    events.connected();
    events.failed();
    expect(problems.map(({ problem }) => problem)).toEqual(['srt_failed']);
  });

  it('gives up after ten seconds in which nothing could be sent', () => {
    const stall = (seconds: number): void => {
      for (let count = 0; count < seconds; count += 1)
        progress({ takenBytes: 9_000, packets: 5, bufferedBytes: 900 });
    };
    stall(11);
    // Nothing is to be sent, so nothing is stuck.
    progress({ takenBytes: 9_000, packets: 5 });
    stall(10);
    expect(problems).toEqual([]);
    stall(1);
    expect(problems.map(({ problem }) => problem)).toEqual(['stalled']);
  });

  it.each([
    // Measured: 10 Mbit/s to a server that accepts connections and never reads.
    ['that doesn’t read', 6, ['stalled']],
    ['that is too slow', 400, []],
  ])('distinguishes a server %s', (_what, packetsPerSecond, wanted) => {
    for (let second = 1; second <= 20; second += 1)
      progress({
        takenBytes: second * 1_160_712,
        bufferedBytes: 1_547_616,
        packets: 8_191 + second * packetsPerSecond,
        droppedPackets: second * 3,
      });
    expect(problems.map(({ problem }) => problem)).toEqual(wanted);
  });

  it('sends nothing after it was closed, and reports nothing', async () => {
    const writer = publication.begin(KINDS, () => 0);
    writer.push(picture({ keyFrame: true }), true);
    publication.close();
    publication.close();
    const before = sentBytes();
    expect(before).toBeGreaterThan(0);
    writer.push(picture({ keyFrame: true }), true);
    await flushed();
    events.closed();
    expect(sentBytes()).toBe(before);
    expect([problems, closings]).toEqual([[], 1]);
  });
});
