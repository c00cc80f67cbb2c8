import { signal } from '@preact/signals-core';
import type { BroadcastState, BroadcastView } from '../../src/protocol/broadcast.js';
import type { PublisherStarted } from '../../src/protocol/signaling.js';
import {
  type FailureCode,
  IDLE,
  type Job,
  type Publishing,
  type PublishingEffect,
  type PublishingEvent,
  step,
} from './publishing.js';
import type { Uplink } from './uplink.js';

export const job: Job = {
  channel: 'ann',
  visibility: 'public',
  tracks: { audio: null, video: null },
  muted: { audio: false, video: false },
};

export const view = (
  state: BroadcastState,
  { id = 'b1', channel = 'ann' } = {},
): BroadcastView => ({
  id,
  channel,
  title: '',
  visibility: 'public',
  state,
  source: 'browser',
  startedAt: '2026-01-01T00:00:00.000Z',
  interruptedUntil: null,
  endedAt: null,
  endReason: state === 'ended' ? 'grace_elapsed' : null,
  peakViewers: 0,
  hls: null,
  webrtc: null,
});

export const reply = (broadcast = view('starting')): PublisherStarted => ({
  broadcast,
  resumed: false,
  resumeToken: 'token',
  rtpCapabilities: { codecs: [], headerExtensions: [] },
  transport: {
    id: 't1',
    iceParameters: { usernameFragment: '', password: '' },
    iceCandidates: [],
    dtlsParameters: { fingerprints: [] },
  },
  iceServers: [],
  thumbnails: false,
});

export const uplinkOf = (transportId: string): Uplink => ({
  transportId,
  health: signal(null),
  send: () => Promise.resolve(),
  setMuted: () => Promise.resolve(),
  hasSent: () => Promise.resolve(true),
  close: () => undefined,
});

/** A publisher whose network and server the test controls. */
export class PublishingPage {
  state: Publishing = IDLE;
  effects: readonly PublishingEffect[] = [];

  /** Returns a page that has started, and waits for the server's reply. */
  static asking(resumeToken: string | null = null): PublishingPage {
    return new PublishingPage().tell({ name: 'start', job, resumeToken });
  }

  /** Returns a page whose browser opens the connection after the server's reply. */
  static opening(): PublishingPage {
    return PublishingPage.asking().accepted();
  }

  /** Returns a connected page whose media has not reached the server yet. */
  static sending(uplink = uplinkOf('t1')): PublishingPage {
    return PublishingPage.opening().opened(uplink);
  }

  static live(uplink = uplinkOf('t1')): PublishingPage {
    return PublishingPage.sending(uplink).broadcast(view('live'));
  }

  tell(event: PublishingEvent): this {
    const { state, effects } = step(this.state, event);
    this.state = state;
    this.effects = effects;
    return this;
  }

  accepted(started = reply(), attempt = this.state.attempt): this {
    return this.tell({ name: 'accepted', attempt, started });
  }

  opened(uplink: Uplink, attempt = this.state.attempt): this {
    return this.tell({ name: 'opened', attempt, uplink });
  }

  failed(code: FailureCode, attempt = this.state.attempt): this {
    return this.tell({ name: 'attempt-failed', attempt, code, message: code });
  }

  broadcast(broadcast: BroadcastView): this {
    return this.tell({ name: 'broadcast-changed', broadcast });
  }
}

export const shown = ({ state }: PublishingPage) =>
  'link' in state ? `${state.name}, ${state.link.name}` : state.name;
export const effectNames = ({ effects }: PublishingPage) => effects.map(({ name }) => name);
