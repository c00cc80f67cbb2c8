import { z } from 'zod';
import { NewPassword, Username } from './account.js';
import { BroadcastView } from './broadcast.js';
import { INVITATION_NOTE_MAX } from './limits.js';
import { Page } from './paging.js';
import { StorageState } from './storage.js';

/** Who can create an account: everyone, only invited people, or nobody. */
export const RegistrationMode = z
  .enum(['open', 'invitation', 'closed'])
  .meta({ id: 'RegistrationMode' });
export type RegistrationMode = z.output<typeof RegistrationMode>;

/** Creates the first administrator's account, with the token from the link printed at startup. */
export const SetupRequest = z
  .strictObject({
    token: z.string().max(100),
    username: Username,
    password: NewPassword,
  })
  .meta({ id: 'SetupRequest' });
export type SetupRequest = z.output<typeof SetupRequest>;

export const SetupClaim = z.strictObject({ token: z.string().max(100) }).meta({ id: 'SetupClaim' });
export type SetupClaim = z.output<typeof SetupClaim>;

/** An account as administrators see it. */
export const AdminAccountView = z
  .object({
    id: z.uuid(),
    username: z.string(),
    displayName: z.string(),
    isAdmin: z.boolean(),
    isDisabled: z.boolean(),
    secondFactor: z.boolean(),
    channels: z.number().int(),
    /**
     * The storage that the account's recordings and clips use, and its limit; the limit is null if
     * storage is unlimited.
     */
    storage: z.object({
      bytes: z.number().int(),
      limitBytes: z.number().int().nullable(),
      state: StorageState,
    }),
    createdAt: z.iso.datetime(),
    /** The last use of any session, with a precision of one hour; null if there are no sessions. */
    lastUsedAt: z.iso.datetime().nullable(),
  })
  .meta({ id: 'AdminAccount' });
export type AdminAccountView = z.output<typeof AdminAccountView>;

export const AdminAccountList = z.array(AdminAccountView).meta({ id: 'AdminAccountList' });
export type AdminAccountList = z.output<typeof AdminAccountList>;

export const AdminAccountChange = z
  .strictObject({ isAdmin: z.boolean().optional(), isDisabled: z.boolean().optional() })
  .meta({ id: 'AdminAccountChange' });
export type AdminAccountChange = z.output<typeof AdminAccountChange>;

/** The query parameters for a page of a list that is filtered by name. */
export const AdminQuery = Page.extend({
  search: z.string().trim().toLowerCase().max(100).optional().describe('part of the name'),
});
export type AdminQuery = z.output<typeof AdminQuery>;

export const AdminChannelView = z
  .object({
    name: z.string(),
    title: z.string(),
    owner: z.string(),
    visibility: z.enum(['public', 'unlisted', 'password', 'private']),
    messages: z.number().int(),
    createdAt: z.iso.datetime(),
    lastLiveAt: z.iso.datetime().nullable(),
    isLive: z.boolean(),
  })
  .meta({ id: 'AdminChannel' });
export type AdminChannelView = z.output<typeof AdminChannelView>;

export const AdminChannelList = z.array(AdminChannelView).meta({ id: 'AdminChannelList' });
export type AdminChannelList = z.output<typeof AdminChannelList>;

export const AdminBroadcastView = z
  .object({
    channel: z.string(),
    title: z.string(),
    broadcast: BroadcastView,
    viewers: z.number().int(),
  })
  .meta({ id: 'AdminBroadcast' });
export type AdminBroadcastView = z.output<typeof AdminBroadcastView>;

export const AdminBroadcastList = z.array(AdminBroadcastView).meta({ id: 'AdminBroadcastList' });
export type AdminBroadcastList = z.output<typeof AdminBroadcastList>;

export const RegistrationSetting = z
  .strictObject({ mode: RegistrationMode })
  .meta({ id: 'RegistrationSetting' });
export type RegistrationSetting = z.output<typeof RegistrationSetting>;

export const NewInvitation = z
  .strictObject({
    /** A note about the recipient. */
    note: z.string().trim().max(INVITATION_NOTE_MAX).default(''),
    days: z.int().min(1).max(365).default(14),
  })
  .meta({ id: 'NewInvitation' });
export type NewInvitation = z.output<typeof NewInvitation>;

export const InvitationView = z
  .object({
    id: z.uuid(),
    note: z.string(),
    createdAt: z.iso.datetime(),
    expiresAt: z.iso.datetime(),
    /**
     * The username of the account that was created with the invitation; null if the invitation is
     * unused or the account was deleted.
     */
    usedBy: z.string().nullable(),
    isUsed: z.boolean(),
  })
  .meta({ id: 'Invitation' });
export type InvitationView = z.output<typeof InvitationView>;

export const InvitationList = z.array(InvitationView).meta({ id: 'InvitationList' });
export type InvitationList = z.output<typeof InvitationList>;

/**
 * An invitation that was just created. The link is shown only once, because only the hash of its
 * code is stored.
 */
export const CreatedInvitation = InvitationView.extend({ link: z.url() }).meta({
  id: 'CreatedInvitation',
});
export type CreatedInvitation = z.output<typeof CreatedInvitation>;

/** The load of one node. */
export const NodeLoad = z
  .object({
    /** The number of CPU cores that the node can use. */
    cores: z.number().int(),
    /**
     * The share of these cores that the server and its media workers use, from 0 to 1, averaged over
     * the last five to ten seconds.
     */
    cpu: z.number(),
    /** The share of one core that the busiest media worker uses, averaged in the same way. */
    busiestWorker: z.number(),
    /** The memory of the server without its media workers, in bytes. */
    memoryBytes: z.number().int(),
    /**
     * Broadcasts whose publisher is connected to this node, or was until the connection was
     * interrupted.
     */
    broadcasts: z.number().int(),
    viewers: z.number().int(),
    /** The viewers who are connected over WebRTC, including WHEP. */
    webRtcViewers: z.number().int(),
    sockets: z.number().int(),
    /** The traffic to viewers, in bits per second. Traffic between nodes isn't included. */
    outgoingBps: z.object({ webRtc: z.number().int(), hls: z.number().int() }),
  })
  .meta({ id: 'NodeLoad' });
export type NodeLoad = z.output<typeof NodeLoad>;

/** `draining`: its clients are moving to other nodes. `unreachable`: it isn't responding. */
export const NodeState = z.enum(['running', 'draining', 'unreachable']).meta({ id: 'NodeState' });
export type NodeState = z.output<typeof NodeState>;

/** One of the nodes that form the service. */
export const AdminNodeView = z
  .object({
    /** An id that changes whenever the node starts. */
    id: z.uuid(),
    name: z.string(),
    /** The URL at which other nodes call this one; null for a single node. */
    url: z.string().nullable(),
    startedAt: z.iso.datetime(),
    /** The version that the node runs; null if unknown. */
    version: z.string().nullable(),
    state: NodeState,
    /** The time at which the node last responded, or last reported to the database. */
    lastSeenAt: z.iso.datetime(),
    /** Null if unknown. */
    load: NodeLoad.nullable(),
  })
  .meta({ id: 'AdminNode' });
export type AdminNodeView = z.output<typeof AdminNodeView>;

export const AdminNodeList = z.array(AdminNodeView).meta({ id: 'AdminNodeList' });
export type AdminNodeList = z.output<typeof AdminNodeList>;

/** A configured limit, with the environment variable that sets it. */
export const LimitView = z
  .object({ variable: z.string(), value: z.number(), unit: z.string() })
  .meta({ id: 'Limit' });
export type LimitView = z.output<typeof LimitView>;

/** The state of the service. */
export const AdminOverview = z
  .object({
    counts: z.object({
      accounts: z.number().int(),
      channels: z.number().int(),
      live: z.number().int(),
      viewers: z.number().int(),
    }),
    /** The storage in use and, if known, the free disk space, in bytes. */
    storage: z.object({
      database: z.number().int(),
      avatars: z.number().int(),
      /** The segments of live broadcasts. */
      segments: z.number().int(),
      free: z.number().int().nullable(),
    }),
    health: z.object({
      /** Problems described in sentences; empty if there are none. */
      problems: z.array(z.string()),
      uptimeS: z.number().int(),
      memoryBytes: z.number().int(),
    }),
    registration: RegistrationMode,
    limits: z.array(LimitView),
  })
  .meta({ id: 'AdminOverview' });
export type AdminOverview = z.output<typeof AdminOverview>;
