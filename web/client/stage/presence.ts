import { assertNever } from '../../../src/protocol/assert-never.js';
import type { StageJoined, StageState } from '../../../src/protocol/stage.js';
import type { EventPayload } from '../../../src/protocol/events.js';
import type { RequestErrorCode } from '../request-error.js';

/** How a participant enters a stage: as its host, or as a guest with an invitation. */
export type Entry =
  | { readonly role: 'host'; readonly channel: string }
  | {
      readonly role: 'guest';
      readonly channel: string;
      readonly token: string;
      readonly name: string;
    };

/** The media of one connection to the stage, which has a transport in each direction. */
export interface Connected {
  /** Whether one of its transports has this id. */
  has(transportId: string): boolean;
  close(): void;
}

/** The reason why an attempt to enter failed. */
export type EntryFailure = {
  readonly code: RequestErrorCode | 'media_failed';
  /** A sentence for users. */
  readonly message: string;
  /** The delay after which the server advises a retry, in milliseconds; null if it doesn't. */
  readonly retryAfterMs: number | null;
};

/** The reason why a participant is no longer on the stage. */
export type EndReason = Exclude<EventPayload<'stage:closed'>['reason'], 'media_lost'> | 'left';

/** The connection that is being made. */
type Progress =
  | { readonly name: 'asking' }
  | { readonly name: 'opening' }
  /**
   * The next attempt is due after `delayMs`; `failure` is the reason why it is needed, if known.
   */
  | {
      readonly name: 'waiting';
      readonly delayMs: number;
      readonly failure: EntryFailure | null;
    };

type Wanted = {
  readonly entry: Entry;
  /** Proves to the server that a later connection belongs to the same participant. */
  readonly resumeToken: string | null;
};

/**
 * The state of this page's user on a stage. `attempt` is the number of the latest attempt to enter;
 * results of older ones are discarded. The initial state is {@link OUT}, and only {@link step}
 * changes the state.
 */
export type Presence<M extends Connected> = { readonly attempt: number } & (
  | { readonly name: 'out' }
  /** `stage` is the last known state; null before the first success. */
  | (Wanted & {
      readonly name: 'entering';
      readonly stage: StageState | null;
      readonly progress: Progress;
    })
  /** `isOffline`: the socket is lost, but the media isn't yet. */
  | (Wanted & {
      readonly name: 'present';
      readonly stage: StageState;
      readonly media: M;
      readonly isOffline: boolean;
    })
  | { readonly name: 'ended'; readonly reason: EndReason }
  | { readonly name: 'refused'; readonly failure: EntryFailure }
);

type Active<M extends Connected> = Extract<Presence<M>, Wanted>;

export type PresenceEvent<M extends Connected> =
  | { name: 'enter'; entry: Entry; resumeToken: string | null }
  | { name: 'leave' }
  /** The socket connected. */
  | { name: 'online' }
  /** The socket is lost. */
  | { name: 'offline' }
  | { name: 'accepted'; attempt: number; joined: StageJoined }
  | { name: 'opened'; attempt: number; media: M }
  | { name: 'failed'; attempt: number; failure: EntryFailure }
  /** The delay of the `waiting` progress has passed. */
  | { name: 'retry-due' }
  | { name: 'stage-changed'; stage: StageState }
  /** The server ended this connection to the stage. */
  | { name: 'closed'; reason: EventPayload<'stage:closed'>['reason'] }
  | { name: 'transport-closed'; transportId: string }
  /** ICE or DTLS failed permanently. */
  | { name: 'media-failed'; media: M };

export type PresenceEffect<M extends Connected> =
  /** Ask the server to enter; the result must be reported as `accepted` or `failed`. */
  | { name: 'ask'; attempt: number; entry: Entry; resumeToken: string | null }
  /** Open the media; the result must be reported as `opened` or `failed`. */
  | { name: 'open'; attempt: number; joined: StageJoined }
  | { name: 'close'; media: M }
  /**
   * Tell the server that this participant leaves, and close the media afterwards. If the server
   * noticed the closed media first, it would keep the participant's place.
   */
  | { name: 'say-goodbye'; media: M | null };

export type PresenceStep<M extends Connected> = {
  readonly state: Presence<M>;
  readonly effects: readonly PresenceEffect<M>[];
};

/** The delay before a retry after a transient failure. */
export const RETRY_MS = 1_500;

/** The initial state. */
export const OUT = { name: 'out', attempt: 0 } as const;

/** Errors that a retry can fix even if the server doesn't say when. */
const TRANSIENT: ReadonlySet<EntryFailure['code']> = new Set([
  'offline',
  'timeout',
  'unavailable',
  'not_joined',
  'transport_not_found',
  'internal',
]);

/** Returns the state after an event, and the effects to carry out. This is a pure function. */
export function step<M extends Connected>(
  state: Presence<M>,
  event: PresenceEvent<M>,
): PresenceStep<M> {
  if (event.name === 'enter') return enter(state, event);
  // The attempt was abandoned while its media was being opened.
  if (event.name === 'opened' && (!isActive(state) || event.attempt !== state.attempt))
    return { state, effects: [{ name: 'close', media: event.media }] };
  return isActive(state) ? happened(state, event) : unchanged(state);
}

/** Returns whether the participant is on the stage, or should be. */
export function isActive<M extends Connected>(state: Presence<M>): state is Active<M> {
  return state.name === 'entering' || state.name === 'present';
}

/** Returns whether the connection to the stage is lost, or not established yet. */
export function isReconnecting<M extends Connected>(state: Active<M>): boolean {
  return state.name === 'entering' || state.isOffline;
}

function happened<M extends Connected>(
  state: Active<M>,
  event: Exclude<PresenceEvent<M>, { name: 'enter' }>,
): PresenceStep<M> {
  switch (event.name) {
    case 'leave': {
      const { attempt } = state;
      const media = state.name === 'present' ? state.media : null;
      return {
        state: { name: 'ended', attempt, reason: 'left' },
        effects: [{ name: 'say-goodbye', media }],
      };
    }
    case 'online':
    case 'retry-due':
      return event.name === 'retry-due' && !isWaiting(state) ? unchanged(state) : connect(state);
    case 'offline':
      // The media remains. It flows until the server notices the loss, and is replaced afterwards.
      return unchanged(state.name === 'present' ? { ...state, isOffline: true } : state);
    case 'accepted': {
      if (state.name !== 'entering' || event.attempt !== state.attempt) return unchanged(state);
      const { attempt, entry } = state;
      const { state: stage, resumeToken } = event.joined;
      return {
        state: { name: 'entering', attempt, entry, resumeToken, stage, progress: OPENING },
        effects: [{ name: 'open', attempt, joined: event.joined }],
      };
    }
    case 'opened': {
      if (state.name !== 'entering' || state.stage === null) return unchanged(state);
      const { attempt, entry, resumeToken, stage } = state;
      return unchanged({
        name: 'present',
        attempt,
        entry,
        resumeToken,
        stage,
        media: event.media,
        isOffline: false,
      });
    }
    case 'failed':
      return event.attempt === state.attempt ? failed(state, event.failure) : unchanged(state);
    case 'stage-changed':
      // A state that arrives before the reply is older than the state in the reply.
      if (state.stage === null) return unchanged(state);
      return unchanged({ ...state, stage: event.stage });
    case 'closed':
      return closed(state, event.reason);
    case 'transport-closed':
      return state.name === 'present' && state.media.has(event.transportId)
        ? connect(state)
        : unchanged(state);
    case 'media-failed':
      return state.name === 'present' && state.media === event.media
        ? connect(state)
        : unchanged(state);
    default:
      return assertNever(event);
  }
}

const OPENING: Progress = { name: 'opening' };

function enter<M extends Connected>(
  state: Presence<M>,
  { entry, resumeToken }: { entry: Entry; resumeToken: string | null },
): PresenceStep<M> {
  const effects = isActive(state) ? closing(state) : [];
  const attempt = state.attempt + 1;
  const progress: Progress = { name: 'asking' };
  return {
    state: { name: 'entering', attempt, entry, resumeToken, stage: null, progress },
    effects: [...effects, { name: 'ask', attempt, entry, resumeToken }],
  };
}

/** Starts an attempt, which replaces the previous one. */
function connect<M extends Connected>(state: Active<M>): PresenceStep<M> {
  const { entry, resumeToken, stage } = state;
  const attempt = state.attempt + 1;
  const progress: Progress = { name: 'asking' };
  return {
    state: { name: 'entering', attempt, entry, resumeToken, stage, progress },
    effects: [...closing(state), { name: 'ask', attempt, entry, resumeToken }],
  };
}

function failed<M extends Connected>(state: Active<M>, failure: EntryFailure): PresenceStep<M> {
  const { attempt, entry, resumeToken, stage } = state;
  // If the server has accepted the participant and only the media failed to open, a retry can help.
  const isTransient =
    TRANSIENT.has(failure.code) || (failure.code === 'media_failed' && stage !== null);
  if (!isTransient && failure.retryAfterMs === null)
    return { state: { name: 'refused', attempt, failure }, effects: closing(state) };
  const delayMs = failure.retryAfterMs ?? RETRY_MS;
  return {
    state: {
      name: 'entering',
      attempt,
      entry,
      resumeToken,
      stage,
      progress: { name: 'waiting', delayMs, failure },
    },
    effects: closing(state),
  };
}

function closed<M extends Connected>(
  state: Active<M>,
  reason: EventPayload<'stage:closed'>['reason'],
): PresenceStep<M> {
  // The reply to a request in flight says whether this connection is on the stage.
  if (state.name === 'entering' && state.progress.name === 'asking') return unchanged(state);
  if (reason === 'media_lost') return connect(state);
  return { state: { name: 'ended', attempt: state.attempt, reason }, effects: closing(state) };
}

function isWaiting<M extends Connected>(state: Active<M>): boolean {
  return state.name === 'entering' && state.progress.name === 'waiting';
}

function closing<M extends Connected>(state: Active<M>): PresenceEffect<M>[] {
  return state.name === 'present' ? [{ name: 'close', media: state.media }] : [];
}

function unchanged<M extends Connected>(state: Presence<M>): PresenceStep<M> {
  return { state, effects: [] };
}
