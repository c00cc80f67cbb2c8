import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { MediaTap, TappedTrack } from '../../src/broadcast/ports/media.js';
import { createLog } from '../../src/common/logger.js';
import { type EventsOf, TypedEmitter } from '../../src/common/typed-emitter.js';
import { readConfig } from '../../src/config/read-config.js';
import { type AacStream, type AacTaker, AacThread } from '../../src/media/aac/aac-thread.js';
import { Packager } from '../../src/hls/packager.js';
import type { Run } from '../../src/hls/run/run.js';
import { SegmentStore } from '../../src/hls/run/segment-store.js';
import { HeldClock } from '../support/hls-server.js';
import { readSimulcastRecording, type RecordedLine } from '../support/simulcast-recording.js';

const log = createLog({ level: 'silent', format: 'text' });

/** Counts active encoders. */
class CountingThread extends AacThread {
  atWork = 0;

  override open(fromTicks: number, taker: AacTaker): AacStream {
    this.atWork += 1;
    const stops = <T extends unknown[]>(tell: (...args: T) => void) => {
      return (...args: T) => {
        this.atWork -= 1;
        tell(...args);
      };
    };
    const { finished, failed } = taker;
    return super.open(fromTicks, { ...taker, finished: stops(finished), failed: stops(failed) });
  }
}

/** A tap that replays a recording. */
class RecordedTap implements MediaTap {
  readonly tracks = new Set<TappedTrack>();
  readonly #emitter = new TypedEmitter<EventsOf<MediaTap>>();
  readonly events = this.#emitter.listenable;
  readonly #byId = new Map<string, TypedEmitter<EventsOf<TappedTrack>>>();

  play({ track: id, t, kind, codec, layers = 1, layer = 0, rtp, report }: RecordedLine): void {
    if (kind && codec) this.#add({ id, kind, codec, layerCount: layers });
    const track = this.#byId.get(id);
    if (rtp) track?.emit('packet', { layer, bytes: Buffer.from(rtp, 'base64'), arrivedMs: t });
    if (report) track?.emit('senderReport', report);
  }

  close(): void {
    for (const track of this.#byId.values()) track.emit('closed');
  }

  #add(about: Pick<TappedTrack, 'id' | 'kind' | 'codec' | 'layerCount'>): void {
    const emitter = new TypedEmitter<EventsOf<TappedTrack>>();
    const track: TappedTrack = {
      ...about,
      form: 'rtp',
      reportsTell: 'sending',
      paused: false,
      sends: true,
      events: emitter.listenable,
      requestKeyFrame() {},
    };
    this.tracks.add(track);
    this.#byId.set(about.id, emitter);
    this.#emitter.emit('trackAdded', track);
  }
}

describe('a broadcast’s packager', () => {
  const aac = new CountingThread(log);
  let dataDir: string;
  let store: SegmentStore;

  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'onair-packager-test-'));
    store = await SegmentStore.create({ dataDir, log });
  });
  afterAll(async () => {
    aac.close();
    await rm(dataDir, { recursive: true, force: true, maxRetries: 10 });
  });

  /** Replays the recording's broadcast up to its last packet. */
  function play(id: string): { packager: Packager; run: Run } {
    const config = readConfig({}).hls;
    const clock = new HeldClock();
    const files = store.open(id, config.diskMaxBytes);
    const about = {
      config,
      basePath: '',
      channel: id,
      files,
      aac,
      ffmpeg: null,
      ladder: null,
      thumbnailer: null,
      clock,
      log,
    };
    const packager = new Packager(about);
    const tap = new RecordedTap();
    packager.take(tap);
    packager.setClockOffset(0);
    for (const line of readSimulcastRecording()) {
      clock.advance(line.t - clock.nowMs());
      tap.play(line);
    }
    const [run] = packager.runs;
    if (!run) throw new Error('the recording makes no run');
    return { packager, run };
  }

  const playlistOf = (run: Run, id: string) =>
    run.find(id)!.playlist.body({ skip: false, gzip: false }).bytes.toString();
  const durations = (playlist: string) =>
    [...playlist.matchAll(/^#EXTINF:([\d.]+)/gm)].map(([, seconds]) => Number(seconds));

  it('ends its playlists once their last parts are available, AAC after pending encoding', async () => {
    const { packager, run } = play('ends');
    run.requested('aac', { forPlaylist: true });
    expect(aac.atWork).toBe(1);
    packager.close();
    for (const id of ['video-0', 'video-1', 'video-2', 'opus'])
      expect(playlistOf(run, id)).toMatch(/\.m4s\n#EXT-X-PRELOAD-HINT/);
    await expect.poll(() => run.ended, { timeout: 30_000, interval: 10 }).toBe(true);
    for (const id of ['video-0', 'video-1', 'video-2', 'opus'])
      expect(playlistOf(run, id)).toMatch(/\.m4s\n#EXT-X-ENDLIST\n$/);
    const [opus, made] = [playlistOf(run, 'opus'), playlistOf(run, 'aac')];
    expect(made).toMatch(/\.m4s\n#EXT-X-ENDLIST\n$/);
    expect(made).not.toContain('#EXT-X-GAP');
    expect(durations(made)).toHaveLength(durations(opus).length);
    for (const [index, seconds] of durations(made).entries())
      expect(Math.abs(seconds - durations(opus)[index]!)).toBeLessThan(0.022);
    expect(aac.atWork).toBe(0);
    packager.dispose();
  });

  it('ends even if nobody requests AAC', async () => {
    const { packager, run } = play('nobody');
    packager.close();
    const [, holdBackS] = /PART-HOLD-BACK=([\d.]+)/.exec(playlistOf(run, 'video-0'))!;
    const lastPartMs = performance.now();
    await expect.poll(() => run.ended, { timeout: 30_000, interval: 10 }).toBe(true);
    // Players fetch the last parts before they learn that the broadcast has ended; timers may fire
    // 1 ms early.
    expect(performance.now() - lastPartMs).toBeGreaterThan(Number(holdBackS) * 1_000 - 2);
    expect(playlistOf(run, 'aac')).toContain('#EXT-X-ENDLIST');
    packager.dispose();
  });

  it('leaves nothing behind when it is closed while AAC is being encoded', async () => {
    const { packager, run } = play('disposed');
    run.requested('aac', { forPlaylist: true });
    expect(aac.atWork).toBe(1);
    packager.dispose();
    expect(run.ended).toBe(true);
    expect(packager.runs).toEqual([]);
    await expect.poll(() => aac.atWork, { timeout: 30_000, interval: 10 }).toBe(0);
    expect(store.memoryBytes + store.diskBytes).toBe(0);
  });
});
