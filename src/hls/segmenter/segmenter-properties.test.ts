import fc from 'fast-check';
import { describe, it } from 'vitest';
import { checkRuns } from '../../../test/support/check-run.js';
import { fuzzRuns } from '../../../test/support/fuzz-runs.js';
import {
  type SimulationOptions,
  SimulatedPublisher,
} from '../../../test/support/simulated-publisher.js';

/** An event during a broadcast, and how long the broadcast continues after it, in seconds. */
const event = fc.record({
  what: fc.constantFrom(
    ...([
      'mute',
      'unmute',
      'camera off',
      'camera on',
      'layer off',
      'layer on',
      'break',
      'picture',
    ] as const),
    ...([
      'lose video',
      'lose sound',
      'lose all',
      'lose nothing',
      'slow',
      'fast',
      'interrupt',
    ] as const),
    ...(['hang', 'reports off', 'reports on', 'clock', 'frame rate'] as const),
  ),
  layer: fc.nat(2),
  forS: fc.double({ min: 0.1, max: 4, noNaN: true }),
});
type Event = typeof event extends fc.Arbitrary<infer E> ? E : never;

const options: fc.Arbitrary<Partial<SimulationOptions>> = fc.record({
  layers: fc.integer({ min: 1, max: 3 }),
  fps: fc.constantFrom(5, 7, 12, 15, 24, 25, 29.97, 30, 50, 60),
  packetMs: fc.constantFrom(10, 20, 40, 60),
  aheadMs: fc.integer({ min: -100_000_000, max: 100_000_000 }),
  audioPpm: fc.integer({ min: -500, max: 500 }),
  videoPpm: fc.integer({ min: -100, max: 100 }),
  reportJitterMs: fc.double({ min: 0, max: 2, noNaN: true }),
  delayMs: fc.integer({ min: 1, max: 200 }),
  jitterMs: fc.integer({ min: 0, max: 30 }),
  seed: fc.integer({ min: 1, max: 2 ** 31 }),
});

class Broadcast {
  readonly publisher: SimulatedPublisher;
  #camera = true;

  constructor(chosen: Partial<SimulationOptions>) {
    this.publisher = new SimulatedPublisher(chosen).start();
  }

  /** Continues until every track has sent a sender report. */
  settle(): void {
    this.publisher.loseVideo = false;
    this.publisher.loseAudio = false;
    this.publisher.play(7);
  }

  happen({ what, layer, forS }: Event): void {
    const { publisher } = this;
    switch (what) {
      case 'mute':
      case 'unmute':
        publisher.setMuted(what === 'mute');
        break;
      case 'camera off':
        publisher.closeCamera();
        this.#camera = false;
        break;
      case 'camera on':
        if (!this.#camera) publisher.openCamera();
        this.#camera = true;
        break;
      case 'layer off':
        if (layer > 0) publisher.setLayer(layer, false);
        break;
      case 'layer on':
        publisher.setLayer(layer, true);
        break;
      case 'break':
        publisher.breakLayer(layer);
        break;
      case 'picture':
        publisher.changePicture(640 + 64 * layer);
        break;
      case 'lose video':
        publisher.loseVideo = true;
        break;
      case 'lose sound':
        publisher.loseAudio = true;
        break;
      case 'lose all':
        publisher.loseVideo = true;
        publisher.loseAudio = true;
        break;
      case 'lose nothing':
        publisher.loseVideo = false;
        publisher.loseAudio = false;
        break;
      case 'slow':
        publisher.extraDelayMs = 300;
        break;
      case 'fast':
        publisher.extraDelayMs = 0;
        break;
      case 'hang':
        publisher.extraDelayMs = forS * 500;
        break;
      case 'interrupt':
        this.#camera = true;
        publisher.interrupt(forS * 1_000);
        break;
      case 'reports off':
      case 'reports on':
        publisher.reports = what === 'reports on';
        break;
      case 'clock':
        publisher.setPublisherClock((layer - 1) * 3_600_000);
        break;
      case 'frame rate':
        publisher.fps = [5, 30, 60][layer] ?? 30;
        break;
    }
    publisher.play(forS);
  }
}

/** After these events, capture times are unknown for a while. */
const obscure = new Set<Event['what']>(['clock', 'reports off']);
const ways = new Set<Event['what']>(['slow', 'fast', 'hang']);
const clocks = new Set<Event['what']>(['mute', 'unmute', 'camera off', 'camera on']);

describe('Segmenter, under any sequence of events', () => {
  it('keeps its invariants', () => {
    fc.assert(
      fc.property(options, fc.array(event, { maxLength: 10 }), (chosen, events) => {
        const broadcast = new Broadcast(chosen);
        broadcast.publisher.play(7);
        for (const each of events) broadcast.happen(each);
        broadcast.publisher.end();
        checkRuns(broadcast.publisher, { forced: true, syncMs: Infinity });
      }),
      { numRuns: fuzzRuns(40) },
    );
  });

  it('keeps output within 40 ms of the capture times', () => {
    const without = (left: Set<Event['what']>) =>
      fc.array(
        event.filter(({ what }) => !obscure.has(what) && !left.has(what)),
        { maxLength: 10 },
      );
    // When a clock starts, or has stood still during a pause, it is set from its units' arrival
    // times until a report arrives. The transit delay must not change in the meantime.
    const clear = fc.oneof(without(ways), without(clocks));
    fc.assert(
      fc.property(options, clear, (chosen, events) => {
        const broadcast = new Broadcast(chosen);
        broadcast.settle();
        for (const each of events) {
          broadcast.happen(each);
          if (each.what === 'interrupt') broadcast.settle();
        }
        broadcast.settle();
        broadcast.publisher.end();
        checkRuns(broadcast.publisher, { forced: true });
      }),
      { numRuns: fuzzRuns(40) },
    );
  });
});
