import { z } from 'zod';
import { ChannelName } from './channel.js';
import {
  GUEST_NAME_MAX,
  GUEST_NAME_MIN,
  GUESTS_ON_STAGE_MAX,
  GUESTS_WAITING_MAX,
  STAGE_TEXT_MAX,
} from './limits.js';
import {
  ConsumerOptions,
  IceServer,
  MediaKind,
  RtpCapabilities,
  RtpParameters,
  TransportOptions,
} from './rtc.js';
import { Overlays, Scene, SceneFormat } from './scene.js';

/**
 * The stage: the host and guests who appear in one broadcast. Guests send their media to the stage,
 * and the host's browser or the server mixes the programme that viewers see.
 */

const Id = z.string().min(1).max(100);
/**
 * The maximum number of volumes, which is enough for everyone who can be on a stage and for some
 * who have left it.
 */
const VOLUMES_MAX = 100;

/** Control characters, line breaks, and characters that change the direction of the text. */
const UNSEEN = /[\p{Cc}\p{Zl}\p{Zp}\u202A-\u202E\u2066-\u2069]+/gu;

/** One line of text, without {@link UNSEEN}. */
const Line = z.string().transform((text) => text.replaceAll(UNSEEN, ' ').trim());

const NAME_LENGTH = `Enter a name of ${GUEST_NAME_MIN} to ${GUEST_NAME_MAX} characters.`;

/** The name that others on the stage see, and that viewers see in the programme. */
export const GuestDisplayName = Line.pipe(
  z.string().min(GUEST_NAME_MIN, NAME_LENGTH).max(GUEST_NAME_MAX, NAME_LENGTH),
);

const DAMAGED_LINK = 'This link is incomplete or damaged. Ask the host for a new one.';

/**
 * An invitation to a channel's stage. The token is shown only once, when the invitation is created.
 */
export const NewStageInvitation = z
  .strictObject({
    /** A label for the host, such as a name. */
    note: z.string().trim().max(100).default(''),
    /** The number of people who can use it. */
    uses: z.int().min(1).max(GUESTS_WAITING_MAX).default(1),
    expiresInMinutes: z
      .int()
      .min(5)
      .max(60 * 24 * 30)
      .default(60 * 24),
    /** Whether a guest must be logged in. */
    accountRequired: z.boolean().default(false),
  })
  .meta({ id: 'NewStageInvitation' });
export type NewStageInvitation = z.output<typeof NewStageInvitation>;

export const StageInvitationView = z
  .object({
    id: z.uuid(),
    note: z.string(),
    uses: z.int().positive(),
    used: z.int().nonnegative(),
    accountRequired: z.boolean(),
    createdAt: z.iso.datetime(),
    expiresAt: z.iso.datetime(),
  })
  .meta({ id: 'StageInvitation' });
export type StageInvitationView = z.output<typeof StageInvitationView>;

/** A channel's invitations that are neither expired nor revoked, newest first. */
export const StageInvitationList = z.array(StageInvitationView).meta({ id: 'StageInvitationList' });
export type StageInvitationList = z.output<typeof StageInvitationList>;

/** A new invitation, with the URL of the guest's page. */
export const CreatedStageInvitation = StageInvitationView.extend({
  /**
   * The URL ends in `/stage/NAME#TOKEN`. The token is in the fragment, so that no server logs it.
   */
  url: z.string(),
}).meta({ id: 'CreatedStageInvitation' });
export type CreatedStageInvitation = z.output<typeof CreatedStageInvitation>;

/**
 * The sources that a participant can send. Only the host, and guests whom the host has allowed to
 * do so, can send a screen. `playback` is the sound of a file that the host plays, which guests can
 * therefore hear.
 */
export const StageSource = z.enum(['microphone', 'camera', 'screen', 'playback']);
export type StageSource = z.output<typeof StageSource>;

export const StageParticipant = z.object({
  id: Id,
  name: z.string(),
  role: z.enum(['host', 'guest']),
  /**
   * `waiting`: in the green room, visible only to the host. `on-stage`: seen and heard by everyone
   * on stage.
   */
  place: z.enum(['waiting', 'on-stage']),
  /** Whether the connection was lost; the participant's place is kept for the grace period. */
  isAway: z.boolean(),
  /** Whether the host muted the microphone. The guest can't undo this. */
  isMutedByHost: z.boolean(),
  /** Whether the participant muted the microphone. */
  isMuted: z.boolean(),
  /** Whether the host lets the guest share a screen. */
  mayShareScreen: z.boolean(),
  sends: z.array(StageSource),
});
export type StageParticipant = z.output<typeof StageParticipant>;

/**
 * Whether the server mixes the programme: it can't, it doesn't, it is starting to (including after
 * a mixer failure), or it does.
 */
export const ServerMixState = z.enum(['unavailable', 'off', 'starting', 'on']);
export type ServerMixState = z.output<typeof ServerMixState>;

/** What the server's mixer shows and plays. */
export const MixProgramme = z.strictObject({
  /** The frame's shape. A running mix ignores changes to it. */
  format: SceneFormat,
  scene: Scene,
  overlays: Overlays,
  /** The participants' volumes by id. The default, 1, leaves the volume unchanged. */
  volumes: z
    .record(Id, z.number().min(0).max(2))
    .refine((all) => Object.keys(all).length <= VOLUMES_MAX, `at most ${VOLUMES_MAX} volumes`),
});
export type MixProgramme = z.output<typeof MixProgramme>;

/** The stage as one participant sees it. A waiting guest sees only the host and themselves. */
export const StageState = z.object({
  channel: ChannelName,
  title: z.string(),
  /** Whether viewers can see the programme. */
  isLive: z.boolean(),
  /** The recipient's own id among the participants. */
  you: Id,
  participants: z.array(StageParticipant),
  mix: ServerMixState,
  /** Whether each guest on stage is also recorded separately while the broadcast is running. */
  recordsGuests: z.boolean(),
});
export type StageState = z.output<typeof StageState>;

/** A track of another participant, or the programme's video (`participant` null). */
export const StageTrack = z.object({
  participant: Id.nullable(),
  source: StageSource,
  options: ConsumerOptions,
});
export type StageTrack = z.output<typeof StageTrack>;

/** The connection to the stage, in reply to `stage:open` and `stage:join`. */
export const StageJoined = z.object({
  state: StageState,
  /** Lets a participant whose connection was lost take the same place again. */
  resumeToken: z.uuid(),
  rtpCapabilities: RtpCapabilities,
  send: TransportOptions,
  receive: TransportOptions,
  iceServers: z.array(IceServer),
  tracks: z.array(StageTrack),
});
export type StageJoined = z.output<typeof StageJoined>;

export const StageMessage = z.object({
  /** The sender's id and name. */
  from: Id,
  name: z.string(),
  text: z.string(),
  atMs: z.number(),
});
export type StageMessage = z.output<typeof StageMessage>;

/** The maximum number of tracks that a host can receive: three from each guest. */
const CONSUMERS_MAX = 3 * (GUESTS_ON_STAGE_MAX + GUESTS_WAITING_MAX);
const Nothing = z.strictObject({});
const ofGuest = { participant: Id };

/** Transports are connected with `transport:connect` and restarted with `transport:restart-ice`. */
export const stageRequests = {
  /**
   * Opens the stage of the caller's own channel, or takes it over from the caller's lost
   * connection.
   */
  'stage:open': {
    payload: z.strictObject({ channel: ChannelName, rtpCapabilities: RtpCapabilities }),
    data: StageJoined,
  },
  /** Closes the stage and sends all guests away. Host only. */
  'stage:close': { payload: Nothing, data: Nothing },
  /** Enters the green room with an invitation. */
  'stage:join': {
    payload: z.strictObject({
      channel: ChannelName,
      token: z.string().min(1, DAMAGED_LINK).max(100, DAMAGED_LINK),
      name: GuestDisplayName,
      resumeToken: z.uuid().optional(),
      rtpCapabilities: RtpCapabilities,
    }),
    data: StageJoined,
  },
  'stage:leave': { payload: Nothing, data: Nothing },
  'stage:produce': {
    payload: z.strictObject({
      source: StageSource,
      kind: MediaKind,
      rtpParameters: RtpParameters,
      paused: z.boolean().default(false),
    }),
    data: z.object({ producerId: Id }),
  },
  'stage:unproduce': { payload: z.strictObject({ producerId: Id }), data: Nothing },
  'stage:pause': {
    payload: z.strictObject({ producerId: Id, paused: z.boolean() }),
    data: Nothing,
  },
  /** Starts tracks. If some have ended, the others are started, but the request is refused. */
  'stage:resume': {
    payload: z.strictObject({ consumerIds: z.array(Id).max(CONSUMERS_MAX) }),
    data: Nothing,
  },
  /** Sets the highest layer of a track to receive, for example based on the size of its tile. */
  'stage:layer': {
    payload: z.strictObject({ consumerId: Id, layer: z.int().min(0).max(3) }),
    data: Nothing,
  },
  /** Brings a guest on stage, or back to the green room. Host only. */
  'stage:place': {
    payload: z.strictObject({ ...ofGuest, place: z.enum(['waiting', 'on-stage']) }),
    data: Nothing,
  },
  /** Host only. */
  'stage:mute': { payload: z.strictObject({ ...ofGuest, muted: z.boolean() }), data: Nothing },
  /** Host only. Revoking the permission ends the guest's screen share. */
  'stage:allow-screen': {
    payload: z.strictObject({ ...ofGuest, allowed: z.boolean() }),
    data: Nothing,
  },
  /** Removes a guest. The guest can't return with the same invitation. Host only. */
  'stage:remove': { payload: z.strictObject(ofGuest), data: Nothing },
  /**
   * Sets whether each guest on stage is also recorded separately while the broadcast is running.
   * Host only.
   */
  'stage:record-guests': { payload: z.strictObject({ enabled: z.boolean() }), data: Nothing },
  /**
   * Lets the server mix a live broadcast's programme instead of the host's browser. The browser is
   * then no longer the publisher. `publisher:start` ends the mix. Host only.
   */
  'stage:mix': { payload: MixProgramme, data: Nothing },
  /** Changes what the server's mixer shows and plays. Host only. */
  'stage:mix-programme': { payload: MixProgramme, data: Nothing },
  /** Sends a message to everyone backstage who can see the sender. Nothing is stored. */
  'stage:say': {
    payload: z.strictObject({ text: Line.pipe(z.string().min(1).max(STAGE_TEXT_MAX)) }),
    data: Nothing,
  },
} as const;

export const stageEvents = {
  'stage:state': StageState,
  /** A track to consume on the receiving transport; paused until `stage:resume`. */
  'stage:track': StageTrack,
  'stage:track-closed': z.object({ consumerId: Id }),
  'stage:track-paused': z.object({ consumerId: Id, paused: z.boolean() }),
  'stage:message': StageMessage,
  /** This connection is no longer on the stage. */
  'stage:closed': z.object({
    reason: z.enum(['closed', 'removed', 'revoked', 'taken_over', 'media_lost']),
  }),
} as const;
