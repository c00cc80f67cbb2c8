import type { Visibility } from '../../src/protocol/access.js';
import type { BroadcastView, EndReason } from '../../src/protocol/broadcast.js';
import type { PublisherStarted } from '../../src/protocol/signaling.js';
import { assertNever } from '../../src/protocol/assert-never.js';
import type { RequestErrorCode } from './request-error.js';
import type { TrackKind } from './sender.js';
import type { Uplink } from './uplink.js';

/** The broadcast that the user wants to publish. */
export type Job = Readonly<{
  channel: string;
  /** The audience of a new broadcast, unless the channel's is narrower. */
  visibility: Visibility;
  tracks: Readonly<Record<TrackKind, MediaStreamTrack | null>>;
  muted: Readonly<Record<TrackKind, boolean>>;
}>;

/** The reason why an attempt to publish failed. */
export type FailureCode = RequestErrorCode | 'media_failed';

type Sending = { readonly name: 'sending'; readonly uplink: Uplink };

/**
 * The state of the media connection: requested from the server, being opened in the browser, open,
 * or waiting for a retry.
 */
type Link =
  | { readonly name: 'asking' }
  | { readonly name: 'opening' }
  | Sending
  | { readonly name: 'waiting' };

type Session = {
  /** The number of the session's first attempt, which distinguishes one start from the next. */
  readonly session: number;
  readonly job: Job;
  /** The token that proves to the server that a later connection belongs to this publisher. */
  readonly resumeToken: string | null;
};

/**
 * The state of publishing. `attempt` is the number of the latest attempt; results of older ones are
 * discarded. The initial state is {@link IDLE}, and only {@link step} changes the state.
 */
export type Publishing = { readonly attempt: number } & (
  | { readonly name: 'idle' }
  /** `broadcast` is null until the server has replied. */
  | (Session & {
      readonly name: 'starting';
      readonly broadcast: BroadcastView | null;
      readonly link: Link;
    })
  | (Session & {
      readonly name: 'live';
      readonly broadcast: BroadcastView;
      readonly link: Sending;
    })
  | (Session & {
      readonly name: 'reconnecting';
      readonly broadcast: BroadcastView;
      readonly link: Link;
    })
  | {
      readonly name: 'ended';
      readonly broadcast: BroadcastView | null;
      readonly reason: EndReason | null;
    }
  | {
      readonly name: 'failed';
      readonly code: FailureCode | 'taken_over';
      readonly message: string;
    }
);

type Active = Extract<Publishing, Session>;
type Stopped = Exclude<Publishing, Session>;

export type PublishingEvent =
  | { name: 'start'; job: Job; resumeToken: string | null }
  | { name: 'track-changed'; kind: TrackKind; track: MediaStreamTrack | null }
  | { name: 'mute-changed'; kind: TrackKind; muted: boolean }
  | { name: 'end-requested' }
  /** The server has ended the broadcast at this session's request. */
  | { name: 'end-accepted'; session: number }
  /** The user leaves the page, which interrupts the broadcast. */
  | { name: 'left' }
  /** The socket connected. */
  | { name: 'online' }
  /** The socket is lost. */
  | { name: 'offline' }
  /** The server's view of a channel's broadcast. */
  | { name: 'broadcast-changed'; broadcast: BroadcastView }
  /** Another connection publishes on the channel. */
  | { name: 'taken-over'; channel: string }
  /** The server closed a transport. */
  | { name: 'transport-closed'; transportId: string }
  /** ICE or DTLS failed permanently. */
  | { name: 'uplink-failed'; uplink: Uplink }
  /** The broadcast has moved to another node, which receives its media over a second uplink. */
  | { name: 'moved'; attempt: number; uplink: Uplink }
  /** The server replied to an attempt. */
  | { name: 'accepted'; attempt: number; started: PublisherStarted }
  | { name: 'opened'; attempt: number; uplink: Uplink }
  | { name: 'attempt-failed'; attempt: number; code: FailureCode; message: string }
  /** {@link RETRY_MS} have passed while the link is `waiting`. */
  | { name: 'retry-due' };

export type PublishingEffect =
  /** Send a request to publish; the result must be reported as `accepted` or `attempt-failed`. */
  | {
      name: 'ask';
      attempt: number;
      job: Job;
      resumeToken: string | null;
      /** The broadcast to continue; null starts a new one. */
      continues: string | null;
    }
  /** Open the uplink; the result must be reported as `opened` or `attempt-failed`. */
  | { name: 'open'; attempt: number; started: PublisherStarted }
  /** Send all tracks on a new uplink; a failure must be reported as `attempt-failed`. */
  | { name: 'send'; attempt: number; uplink: Uplink; job: Job }
  | {
      name: 'replace';
      uplink: Uplink;
      kind: TrackKind;
      track: MediaStreamTrack | null;
      muted: boolean;
    }
  | { name: 'mute'; uplink: Uplink; kind: TrackKind; muted: boolean }
  /** Ask the server to end the broadcast; its acceptance must be reported as `end-accepted`. */
  | { name: 'end'; session: number; channel: string }
  | { name: 'close'; uplink: Uplink }
  /** Close the uplink after {@link LINGER_MS}. */
  | { name: 'retire'; uplink: Uplink };

export type Step = {
  readonly state: Publishing;
  readonly effects: readonly PublishingEffect[];
};

/** The delay before a failed attempt is retried. */
export const RETRY_MS = 1_500;

/**
 * How long media is still sent to the previous node after the broadcast has moved. Viewers receive
 * it from there until the next node has reached them.
 */
export const LINGER_MS = 1_000;

/** The initial state. */
export const IDLE: Publishing = { name: 'idle', attempt: 0 };

/** The codes of transient errors. */
const TRANSIENT_CODES: ReadonlySet<FailureCode> = new Set(['offline', 'timeout', 'unavailable']);
/**
 * The codes of errors that a retry cannot fix, even for a broadcast that the server has accepted.
 */
const FINAL_CODES: ReadonlySet<FailureCode> = new Set([
  'not_logged_in',
  'account_disabled',
  'forbidden',
  'channel_not_found',
  'already_publishing',
  'bad_request',
]);

/** Returns the state after an event, and the effects to carry out. This is a pure function. */
export function step(state: Publishing, event: PublishingEvent): Step {
  if (event.name === 'start') return start(state, event);
  if (event.name === 'opened') return opened(state, event);
  if (event.name === 'moved') return moved(state, event);
  return isActive(state) ? happened(state, event) : unchanged(state);
}

/** Returns whether a broadcast is live, or should be. */
export function isActive(state: Publishing): state is Active {
  return 'session' in state;
}

function happened(
  state: Active,
  event: Exclude<PublishingEvent, { name: 'start' | 'opened' | 'moved' }>,
): Step {
  switch (event.name) {
    case 'track-changed':
      return trackChanged(state, event);
    case 'mute-changed':
      return muteChanged(state, event);
    case 'end-requested': {
      const { session, job } = state;
      return { state, effects: [{ name: 'end', session, channel: job.channel }] };
    }
    case 'end-accepted': {
      if (event.session !== state.session) return unchanged(state);
      const { broadcast } = state;
      return stop(state, { name: 'ended', broadcast, reason: 'publisher_ended' });
    }
    case 'left':
      return stop(state, { name: 'idle' });
    case 'online':
      return connect(state);
    case 'offline':
      // The uplink remains open, because its media still reaches viewers until the server detects
      // the loss.
      return unchanged(interrupted(state));
    case 'broadcast-changed':
      return broadcastChanged(state, event.broadcast);
    case 'taken-over':
      return takenOver(state, event.channel);
    case 'transport-closed':
      return uplinkOf(state)?.transportId === event.transportId ? connect(state) : unchanged(state);
    case 'uplink-failed':
      return uplinkOf(state) === event.uplink ? connect(state) : unchanged(state);
    case 'accepted': {
      if (event.attempt !== state.attempt) return unchanged(state);
      const { broadcast, resumeToken } = event.started;
      const link: Link = { name: 'opening' };
      return {
        state: { ...interrupted(state), broadcast, resumeToken, link },
        effects: [{ name: 'open', attempt: state.attempt, started: event.started }],
      };
    }
    case 'attempt-failed':
      return event.attempt === state.attempt ? attemptFailed(state, event) : unchanged(state);
    case 'retry-due':
      return state.link.name === 'waiting' ? connect(state) : unchanged(state);
    default:
      return assertNever(event);
  }
}

function start(
  state: Publishing,
  { job, resumeToken }: Extract<PublishingEvent, { name: 'start' }>,
): Step {
  const { attempt } = state;
  return connect({
    name: 'starting',
    attempt,
    session: attempt + 1,
    job,
    resumeToken,
    broadcast: null,
    link: isActive(state) ? state.link : { name: 'waiting' },
  });
}

/** Starts an attempt, which replaces the previous one. */
function connect(state: Active): Step {
  const { job, resumeToken, broadcast } = state;
  const attempt = state.attempt + 1;
  const continues = broadcast?.id ?? null;
  return {
    state: { ...interrupted(state), attempt, link: { name: 'asking' } },
    effects: [...closing(state), { name: 'ask', attempt, job, resumeToken, continues }],
  };
}

function opened(
  state: Publishing,
  { attempt, uplink }: Extract<PublishingEvent, { name: 'opened' }>,
): Step {
  // Publishing was stopped, or a newer attempt began, while this uplink was being opened.
  if (!isActive(state) || attempt !== state.attempt)
    return { state, effects: [{ name: 'close', uplink }] };
  return {
    state: { ...state, link: { name: 'sending', uplink } },
    effects: [{ name: 'send', attempt, uplink, job: state.job }],
  };
}

function moved(
  state: Publishing,
  { attempt, uplink }: Extract<PublishingEvent, { name: 'moved' }>,
): Step {
  // Publishing was stopped in the meantime, or another attempt has begun, which continues at the
  // new node.
  if (!isActive(state) || attempt !== state.attempt || state.link.name !== 'sending') {
    const close: PublishingEffect = { name: 'close', uplink };
    if (!isActive(state)) return { state, effects: [close] };
    const next = connect(state);
    return { state: next.state, effects: [close, ...next.effects] };
  }
  const { job, link } = state;
  const next = state.attempt + 1;
  return {
    state: { ...state, attempt: next, link: { name: 'sending', uplink } },
    effects: [
      { name: 'retire', uplink: link.uplink },
      // A track may have changed in the meantime.
      { name: 'send', attempt: next, uplink, job },
    ],
  };
}

function trackChanged(
  state: Active,
  { kind, track }: Extract<PublishingEvent, { name: 'track-changed' }>,
): Step {
  const job = { ...state.job, tracks: { ...state.job.tracks, [kind]: track } };
  const uplink = uplinkOf(state);
  const muted = job.muted[kind];
  return {
    state: { ...state, job },
    effects: uplink ? [{ name: 'replace', uplink, kind, track, muted }] : [],
  };
}

function muteChanged(
  state: Active,
  { kind, muted }: Extract<PublishingEvent, { name: 'mute-changed' }>,
): Step {
  const job = { ...state.job, muted: { ...state.job.muted, [kind]: muted } };
  const uplink = uplinkOf(state);
  return {
    state: { ...state, job },
    effects: uplink ? [{ name: 'mute', uplink, kind, muted }] : [],
  };
}

function broadcastChanged(state: Active, broadcast: BroadcastView): Step {
  if (broadcast.channel !== state.job.channel) return unchanged(state);
  // The event is a late report about the channel's previous broadcast.
  const isOther = state.broadcast
    ? broadcast.id !== state.broadcast.id
    : broadcast.state === 'ended';
  if (isOther) return unchanged(state);
  const { link } = state;
  switch (broadcast.state) {
    case 'ended':
      return stop(state, { name: 'ended', broadcast, reason: broadcast.endReason });
    case 'live':
      return unchanged(
        link.name === 'sending'
          ? { ...state, name: 'live', broadcast, link }
          : { ...interrupted(state), broadcast },
      );
    case 'interrupted':
      return unchanged({ ...state, name: 'reconnecting', broadcast });
    case 'starting':
      return unchanged({ ...state, broadcast });
    default:
      return assertNever(broadcast.state);
  }
}

function takenOver(state: Active, channel: string): Step {
  // The reply to the request in flight will show who publishes.
  if (channel !== state.job.channel || state.link.name === 'asking') return unchanged(state);
  const message = 'This broadcast continues in another tab or on another device.';
  return stop(state, { name: 'failed', code: 'taken_over', message });
}

function attemptFailed(
  state: Active,
  { code, message }: Extract<PublishingEvent, { name: 'attempt-failed' }>,
): Step {
  const { broadcast } = state;
  if (code === 'not_live') return stop(state, { name: 'ended', broadcast, reason: null });
  // Once the server has accepted a broadcast, it is worth retrying until its grace period has
  // passed. Before that, only transient errors are retried.
  const retries = broadcast ? !FINAL_CODES.has(code) : TRANSIENT_CODES.has(code);
  if (!retries) return stop(state, { name: 'failed', code, message });
  return { state: { ...interrupted(state), link: { name: 'waiting' } }, effects: closing(state) };
}

/** Returns the state without `live`, for when this page has lost its connection. */
function interrupted(state: Active): Exclude<Active, { name: 'live' }> {
  return state.name === 'live' ? { ...state, name: 'reconnecting' } : state;
}

type WithoutAttempt<S> = S extends unknown ? Omit<S, 'attempt'> : never;

function stop(state: Active, stopped: WithoutAttempt<Stopped>): Step {
  return { state: { ...stopped, attempt: state.attempt }, effects: closing(state) };
}

function closing(state: Active): PublishingEffect[] {
  const uplink = uplinkOf(state);
  return uplink ? [{ name: 'close', uplink }] : [];
}

function uplinkOf({ link }: Active): Uplink | null {
  return link.name === 'sending' ? link.uplink : null;
}

function unchanged(state: Publishing): Step {
  return { state, effects: [] };
}
