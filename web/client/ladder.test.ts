import { describe, expect, it } from 'vitest';
import {
  canRewind,
  isStuck,
  type Ladder,
  type LadderEvent,
  type LadderRules,
  standOn,
  type Way,
} from './ladder-state.js';
import {
  FIRST_FRAME_MS,
  FREEZE_MS,
  ONLY_WAY_RETRY_MS,
  plan,
  PROVEN_MS,
  RETRY_MS,
  STEADY_MS,
  step,
} from './ladder.js';

type Fact = LadderEvent extends infer E
  ? E extends LadderEvent
    ? Omit<E, 'nowMs'>
    : never
  : never;

const everything: Record<Way, boolean> = {
  webrtc: true,
  hls: true,
  native: true,
  shared: true,
};
const moving: Fact = { name: 'webrtc-seen', moved: true, expected: true };
const still: Fact = { name: 'webrtc-seen', moved: false, expected: true };
const unsent: Fact = { name: 'webrtc-seen', moved: false, expected: false };

/** A viewer whose clock the test controls. */
class Watch {
  ladder: Ladder;
  nowMs = 0;

  constructor(rules: Partial<LadderRules> = {}) {
    this.ladder = standOn({ pinned: null, can: everything, ...rules });
  }

  /** Returns a viewer of a live broadcast, with both ways ready by default. */
  static live(
    rules: Partial<LadderRules> = {},
    hls: 'preparing' | 'ready' | 'unavailable' = 'ready',
  ): Watch {
    return new Watch(rules).broadcast('live', hls, true);
  }

  broadcast(
    phase: 'off' | 'starting' | 'live' | 'interrupted',
    hls: 'preparing' | 'ready' | 'unavailable' | null = 'ready',
    isNew = false,
    webrtc: 'ready' | 'unavailable' = 'ready',
  ): this {
    return this.tell({ name: 'broadcast', phase, hls, webrtc, isNew });
  }

  /** The server has found B-frames in the video. */
  reordered(hls: 'preparing' | 'ready' | 'unavailable' = 'ready'): this {
    return this.broadcast('live', hls, false, 'unavailable');
  }

  tell(fact: Fact): this {
    this.ladder = step(this.ladder, { ...fact, nowMs: this.nowMs });
    return this;
  }

  /** Advances the clock, observing the connection every half second and firing timers. */
  pass(ms: number, seen?: Fact): this {
    const endMs = this.nowMs + ms;
    while (this.nowMs < endMs) {
      this.nowMs = Math.min(endMs, this.nowMs + 500);
      if (seen && this.plan.webrtc) this.tell(seen);
      const { wakeMs } = this.plan;
      if (wakeMs !== null && wakeMs <= this.nowMs) this.tell({ name: 'woke' });
    }
    return this;
  }

  get plan() {
    return plan(this.ladder);
  }
}

const onWebRtc = { way: 'webrtc', webrtc: true, hls: false };
const onHls = { way: 'hls', webrtc: false, hls: true };
const probing = { way: 'hls', webrtc: true, hls: true };

describe('the ladder before and after a broadcast', () => {
  it('requests nothing while nothing is live', () => {
    expect(new Watch().plan).toEqual({ way: 'webrtc', webrtc: false, hls: false, wakeMs: null });
  });

  it('starts with WebRTC', () => {
    expect(Watch.live().plan).toMatchObject(onWebRtc);
    expect(new Watch().broadcast('starting', 'preparing', true).plan).toMatchObject(onWebRtc);
  });

  it('stops WebRTC and HLS when the broadcast ends, and starts the next one with WebRTC', () => {
    const watch = Watch.live().pass(FIRST_FRAME_MS).broadcast('off', null);
    expect(watch.plan).toMatchObject({ webrtc: false, hls: false, wakeMs: null });
    expect(watch.broadcast('live', 'ready', true).plan).toMatchObject(onWebRtc);
  });

  it('starts over with another broadcast, even if it missed the end of the previous one', () => {
    const watch = Watch.live().tell({ name: 'webrtc-refused' });
    expect(watch.plan).toMatchObject(onHls);
    expect(watch.broadcast('live', 'ready', true).plan).toMatchObject(onWebRtc);
  });
});

describe('the ladder when it leaves WebRTC', () => {
  it('leaves if there is no first frame within 4 s', () => {
    const watch = Watch.live().pass(FIRST_FRAME_MS - 1, still);
    expect(watch.plan).toMatchObject(onWebRtc);
    expect(watch.pass(1).plan).toMatchObject(onHls);
  });

  it('counts the 4 s from the moment the publisher is live', () => {
    const watch = new Watch().broadcast('starting', 'ready', true).pass(60_000, still);
    expect(watch.plan).toMatchObject(onWebRtc);
    expect(watch.broadcast('live').pass(FIRST_FRAME_MS - 1).plan).toMatchObject(onWebRtc);
    expect(watch.pass(1).plan).toMatchObject(onHls);
  });

  it('leaves when ICE or DTLS fails', () => {
    expect(Watch.live().tell({ name: 'webrtc-failed' }).plan).toMatchObject(onHls);
    expect(Watch.live().pass(9_000, moving).tell({ name: 'webrtc-failed' }).plan).toMatchObject(
      onHls,
    );
  });

  it('allows 4 s for a first frame again when the server replaces the connection', () => {
    const watch = Watch.live().pass(20_000, moving).tell({ name: 'webrtc-renewed' });
    expect(watch.pass(FIRST_FRAME_MS - 1, still).plan).toMatchObject(onWebRtc);
    expect(watch.pass(1).plan).toMatchObject(onHls);
  });

  it('leaves when the codec cannot be received, and does not retry', () => {
    const watch = Watch.live().tell({ name: 'webrtc-refused' });
    expect(watch.plan).toEqual({ ...onHls, wakeMs: null });
    expect(watch.tell({ name: 'network-changed' }).plan).toMatchObject(onHls);
  });

  it('retries WebRTC after that when the publisher returns, perhaps with another codec', () => {
    const watch = Watch.live().tell({ name: 'webrtc-refused' }).broadcast('interrupted');
    expect(watch.plan).toMatchObject(onHls);
    expect(watch.broadcast('live').plan).toMatchObject(probing);
  });

  it('starts with HLS in a browser without WebRTC', () => {
    const watch = Watch.live({ can: { ...everything, webrtc: false } });
    expect(watch.plan).toEqual({ ...onHls, wakeMs: null });
    expect(watch.tell({ name: 'network-changed' }).plan).toEqual({ ...onHls, wakeMs: null });
  });

  it('leaves when the picture freezes for 5 s', () => {
    const watch = Watch.live()
      .pass(20_000, moving)
      .pass(FREEZE_MS - 1, still);
    expect(watch.plan).toMatchObject(onWebRtc);
    expect(watch.pass(1).plan).toMatchObject(onHls);
  });

  it('stays while nothing is sent, and counts from when sending resumes', () => {
    const watch = Watch.live().pass(20_000, moving).pass(60_000, unsent);
    expect(watch.pass(FREEZE_MS - 500, still).plan).toMatchObject(onWebRtc);
    expect(watch.pass(500, still).plan).toMatchObject(onHls);
  });

  it('stays while the publisher is interrupted, despite a frozen picture or a lost transport', () => {
    const watch = Watch.live().pass(20_000, moving).broadcast('interrupted').pass(60_000, still);
    expect(watch.plan).toMatchObject(onWebRtc);
    watch.tell({ name: 'webrtc-failed' });
    expect(watch.plan).toMatchObject({ way: 'webrtc', webrtc: false, hls: false });
    expect(watch.pass(ONLY_WAY_RETRY_MS[0]).plan).toMatchObject(onWebRtc);
  });

  it('starts counting again when the publisher returns', () => {
    const watch = Watch.live().pass(20_000, moving).broadcast('interrupted').pass(30_000, still);
    expect(watch.broadcast('live').pass(FREEZE_MS - 1, still).plan).toMatchObject(onWebRtc);
    expect(watch.pass(1).plan).toMatchObject(onHls);
  });
});

describe('the ladder without HLS', () => {
  it('stays on WebRTC while HLS is being prepared, and leaves when it is ready', () => {
    const watch = Watch.live({}, 'preparing').pass(10_000, still);
    expect(watch.plan).toMatchObject(onWebRtc);
    expect(watch.broadcast('live', 'ready').plan).toMatchObject(onHls);
  });

  it('retries WebRTC at short intervals in the meantime', () => {
    const watch = Watch.live({}, 'preparing').tell({ name: 'webrtc-failed' });
    expect(watch.plan).toMatchObject({ way: 'webrtc', webrtc: false, hls: false });
    expect(watch.pass(ONLY_WAY_RETRY_MS[0]).plan).toMatchObject(onWebRtc);
    watch.tell({ name: 'webrtc-failed' });
    expect(watch.plan.wakeMs).toBe(watch.nowMs + ONLY_WAY_RETRY_MS[1]);
    expect(watch.broadcast('live', 'ready').plan).toMatchObject(onHls);
  });

  it('stays on WebRTC when the broadcast has no HLS', () => {
    const watch = Watch.live({}, 'unavailable').pass(60_000, still);
    expect(watch.plan).toMatchObject(onWebRtc);
    watch.tell({ name: 'webrtc-failed' }).pass(ONLY_WAY_RETRY_MS[0]);
    expect(watch.plan).toMatchObject(onWebRtc);
  });

  it('is stuck when WebRTC fails and the broadcast has no HLS, until media arrives', () => {
    const watch = Watch.live({}, 'unavailable');
    expect(isStuck(watch.ladder)).toBe(false);
    watch.tell({ name: 'webrtc-failed' });
    expect(isStuck(watch.ladder)).toBe(true);
    watch.pass(ONLY_WAY_RETRY_MS[0]).tell(moving);
    expect(isStuck(watch.ladder)).toBe(false);
    expect(isStuck(Watch.live().tell({ name: 'webrtc-failed' }).ladder)).toBe(false);
  });

  it('requests nothing when the broadcast has no HLS and the browser lacks its codec', () => {
    const watch = Watch.live({}, 'unavailable').tell({ name: 'webrtc-refused' });
    expect(watch.plan).toEqual({ way: 'webrtc', webrtc: false, hls: false, wakeMs: null });
  });

  it('returns to WebRTC when HLS becomes unavailable', () => {
    const watch = Watch.live().pass(FIRST_FRAME_MS);
    expect(watch.broadcast('live', 'unavailable').plan).toMatchObject(onWebRtc);
  });
});

describe('the ladder when it returns to WebRTC', () => {
  it('retries WebRTC at growing intervals, and waits 4 s for each attempt', () => {
    const watch = Watch.live().pass(FIRST_FRAME_MS);
    for (const intervalMs of [...RETRY_MS, RETRY_MS.at(-1) ?? 0]) {
      expect(watch.plan).toMatchObject(onHls);
      expect(watch.plan.wakeMs).toBe(watch.nowMs + intervalMs);
      watch.pass(intervalMs);
      expect(watch.plan).toMatchObject(probing);
      watch.pass(FIRST_FRAME_MS);
    }
  });

  it('returns when frames have arrived for a while, not at the first frame', () => {
    const watch = Watch.live().pass(FIRST_FRAME_MS).pass(RETRY_MS[0]);
    expect(watch.tell(moving).plan).toMatchObject(probing);
    expect(watch.pass(PROVEN_MS, moving).plan).toMatchObject(onWebRtc);
  });

  it('stays on HLS when an attempt fails', () => {
    const watch = Watch.live().pass(FIRST_FRAME_MS).pass(RETRY_MS[0]);
    expect(watch.tell({ name: 'webrtc-failed' }).plan).toMatchObject(onHls);
    expect(watch.plan.wakeMs).toBe(watch.nowMs + RETRY_MS[1]);
  });

  it('retries at once when the network changes, and then starts over at short intervals', () => {
    const watch = Watch.live().pass(FIRST_FRAME_MS).pass(300_000);
    watch.tell({ name: 'network-changed' });
    expect(watch.plan).toMatchObject(probing);
    watch.pass(FIRST_FRAME_MS);
    expect(watch.plan.wakeMs).toBe(watch.nowMs + RETRY_MS[0]);
  });

  it('waits longer when WebRTC fails soon after returning', () => {
    const watch = Watch.live().pass(FIRST_FRAME_MS).pass(RETRY_MS[0]).pass(5_000, moving);
    expect(watch.plan).toMatchObject(onWebRtc);
    watch.tell({ name: 'webrtc-failed' });
    expect(watch.plan.wakeMs).toBe(watch.nowMs + RETRY_MS[1]);
  });

  it('resets the failures after WebRTC has been steady', () => {
    const watch = Watch.live().pass(FIRST_FRAME_MS).pass(RETRY_MS[0]);
    watch.pass(STEADY_MS + 1_000, moving).tell({ name: 'webrtc-failed' });
    expect(watch.plan.wakeMs).toBe(watch.nowMs + RETRY_MS[0]);
  });

  it('does not retry while the publisher is interrupted', () => {
    const watch = Watch.live().pass(FIRST_FRAME_MS).broadcast('interrupted').pass(60_000);
    expect(watch.plan).toMatchObject(onHls);
    expect(watch.broadcast('live').plan).toMatchObject(probing);
  });
});

describe('the ladder with a pinned way', () => {
  it('stays on HLS, and waits until it is ready', () => {
    const watch = Watch.live({ pinned: 'hls' }, 'preparing');
    expect(watch.plan).toEqual({ way: 'hls', webrtc: false, hls: false, wakeMs: null });
    expect(watch.broadcast('live', 'ready').plan).toMatchObject(onHls);
    watch.pass(600_000).tell({ name: 'network-changed' }).tell({ name: 'went-live' });
    expect(watch.plan).toMatchObject(onHls);
  });

  it('stays on WebRTC, and reconnects when it fails', () => {
    const watch = Watch.live({ pinned: 'webrtc' }).pass(60_000, still);
    expect(watch.plan).toMatchObject(onWebRtc);
    watch.tell({ name: 'webrtc-failed' });
    expect(watch.plan).toMatchObject({ way: 'webrtc', webrtc: false, hls: false });
    expect(watch.pass(ONLY_WAY_RETRY_MS[0]).plan).toMatchObject(onWebRtc);
    expect(canRewind(watch.ladder)).toBe(false);
    expect(watch.tell({ name: 'rewound' }).plan).toMatchObject(onWebRtc);
  });

  it('plays native HLS where hls.js cannot run, or when requested', () => {
    const phone = Watch.live({ pinned: 'hls', can: { ...everything, hls: false } });
    expect(phone.plan).toMatchObject({ way: 'native', hls: true });
    expect(Watch.live({ pinned: 'native' }).plan).toMatchObject({ way: 'native', webrtc: false });
  });
});

describe('the ladder after hls.js fails', () => {
  it('continues with native HLS', () => {
    const watch = Watch.live().pass(FIRST_FRAME_MS).tell({ name: 'hls-failed' });
    expect(watch.plan).toMatchObject({ way: 'native', hls: true });
    expect(watch.tell({ name: 'rewound' }).plan).toMatchObject({ way: 'native' });
  });

  it('returns to WebRTC when neither kind of HLS works', () => {
    const watch = Watch.live({ can: { ...everything, native: false } }).pass(FIRST_FRAME_MS);
    expect(watch.tell({ name: 'hls-failed' }).plan).toMatchObject(onWebRtc);
  });

  it('stays on HLS when there is no alternative', () => {
    const only = { can: { webrtc: false, hls: true, native: false, shared: false } };
    expect(Watch.live(only).tell({ name: 'hls-failed' }).plan).toMatchObject(onHls);
  });
});

describe('the ladder while rewound', () => {
  it('switches to HLS and, after "Go to live", back to WebRTC once WebRTC has a picture', () => {
    const watch = Watch.live().pass(10_000, moving).tell({ name: 'rewound' });
    expect(watch.plan).toEqual({ ...onHls, wakeMs: null });
    expect(watch.pass(600_000).plan).toMatchObject(onHls);
    expect(watch.tell({ name: 'went-live' }).plan).toMatchObject(probing);
    expect(watch.tell(moving).pass(PROVEN_MS, moving).plan).toMatchObject(onWebRtc);
  });

  it('does not retry WebRTC while behind, even if the network changes', () => {
    const watch = Watch.live().pass(FIRST_FRAME_MS).tell({ name: 'rewound' });
    expect(watch.pass(600_000).tell({ name: 'network-changed' }).plan).toMatchObject(onHls);
    expect(watch.tell({ name: 'went-live' }).plan).toMatchObject(probing);
  });

  it('keeps the retry time after "Go to live" if WebRTC had failed before', () => {
    const watch = Watch.live().pass(FIRST_FRAME_MS);
    const { wakeMs } = watch.plan;
    watch.tell({ name: 'rewound' }).tell({ name: 'went-live' });
    expect(watch.plan).toEqual({ ...onHls, wakeMs });
  });

  it('cannot rewind before HLS is ready', () => {
    const watch = Watch.live({}, 'preparing').pass(10_000, moving);
    expect(canRewind(watch.ladder)).toBe(false);
    expect(watch.tell({ name: 'rewound' }).plan).toMatchObject(onWebRtc);
  });
});

describe('the ladder with sharing', () => {
  const arrives = (shares: boolean, rules: Partial<LadderRules> = {}): Watch =>
    new Watch(rules).tell({ name: 'broadcast', phase: 'live', hls: 'ready', isNew: true, shares });
  const onShared = { way: 'shared', webrtc: false, hls: true, wakeMs: null };

  it('shares from the beginning if the audience is large, and never tries WebRTC', () => {
    const watch = arrives(true);
    expect(watch.plan).toEqual(onShared);
    watch.tell({ name: 'network-changed' }).pass(600_000, moving);
    expect(watch.plan).toEqual(onShared);
  });

  it('does not move viewers who are already watching', () => {
    const watch = Watch.live().pass(5_000, moving);
    watch.tell({ name: 'broadcast', phase: 'live', hls: 'ready', isNew: false, shares: true });
    expect(watch.plan).toMatchObject(onWebRtc);
    expect(watch.tell({ name: 'sharing-chosen', shares: true }).plan).toEqual(onShared);
  });

  it('starts with WebRTC where the page or the browser can’t share', () => {
    expect(arrives(true, { pinned: 'webrtc' }).plan).toMatchObject(onWebRtc);
    expect(arrives(true, { can: { ...everything, shared: false } }).plan).toMatchObject(onWebRtc);
  });

  it('returns to WebRTC when the viewer declines, or when playback fails', () => {
    for (const fact of [
      { name: 'sharing-chosen', shares: false },
      { name: 'hls-failed' },
    ] as const) {
      const watch = arrives(true).tell(fact);
      expect(watch.plan).toMatchObject(onWebRtc);
    }
  });

  it('returns to HLS when the viewer declines where WebRTC is impossible', () => {
    const watch = arrives(true, { can: { ...everything, webrtc: false } });
    expect(watch.tell({ name: 'sharing-chosen', shares: false }).plan).toMatchObject(onHls);
  });

  it('still shares while rewound, and afterwards', () => {
    const watch = arrives(true).tell({ name: 'rewound' });
    expect(watch.plan).toEqual(onShared);
    expect(watch.ladder.behind).toBe(true);
    expect(watch.tell({ name: 'went-live' }).plan).toEqual(onShared);
  });

  it('waits for HLS, and gives up if there will be none', () => {
    const watch = new Watch().tell({
      name: 'broadcast',
      phase: 'live',
      hls: 'preparing',
      isNew: true,
      shares: true,
    });
    expect(watch.plan).toEqual({ ...onShared, hls: false });
    expect(watch.broadcast('live', 'ready').plan).toEqual(onShared);
    expect(watch.broadcast('live', 'unavailable').plan).toMatchObject(onWebRtc);
  });

  it('shares only if the page requests it', () => {
    const watch = arrives(false, { pinned: 'shared' });
    expect(watch.plan).toEqual(onShared);
    expect(watch.tell({ name: 'sharing-chosen', shares: false }).plan).toEqual(onShared);
    expect(canRewind(watch.ladder)).toBe(true);
  });
});

describe('the ladder when browsers can’t show the video over WebRTC', () => {
  it('leaves WebRTC at once, even if frames arrive, and does not retry', () => {
    const watch = Watch.live().pass(20_000, moving).reordered();
    expect(watch.plan).toEqual({ ...onHls, wakeMs: null });
    expect(watch.pass(600_000).tell({ name: 'network-changed' }).plan).toEqual({
      ...onHls,
      wakeMs: null,
    });
  });

  it('starts with HLS if this is already known', () => {
    const watch = new Watch().broadcast('live', 'ready', true, 'unavailable');
    expect(watch.plan).toEqual({ ...onHls, wakeMs: null });
  });

  it('abandons an attempt while HLS plays', () => {
    const watch = Watch.live().pass(FIRST_FRAME_MS).pass(RETRY_MS[0]);
    expect(watch.plan).toMatchObject(probing);
    expect(watch.reordered().plan).toEqual({ ...onHls, wakeMs: null });
  });

  it('stays on WebRTC until HLS is ready, or if HLS is impossible', () => {
    const watch = Watch.live({}, 'preparing').pass(2_000, moving).reordered('preparing');
    expect(watch.plan).toMatchObject(onWebRtc);
    expect(watch.reordered('ready').plan).toMatchObject(onHls);
    expect(Watch.live({ pinned: 'webrtc' }).reordered().plan).toMatchObject(onWebRtc);
    expect(Watch.live({}, 'unavailable').reordered('unavailable').plan).toMatchObject(onWebRtc);
  });

  it('retries WebRTC as soon as the video has no B-frames', () => {
    const watch = Watch.live().reordered().pass(60_000).broadcast('live');
    expect(watch.plan).toMatchObject(probing);
    expect(watch.pass(PROVEN_MS + 500, moving).plan).toMatchObject(onWebRtc);
  });
});
