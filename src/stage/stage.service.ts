import { Inject, Injectable } from '@nestjs/common';
import type { Peer } from '../broadcast/peer.js';
import { PeerTransports } from '../broadcast/peer-transports.js';
import {
  type ParticipantMedia,
  STAGE_MEDIA,
  type StageMediaPort,
} from '../broadcast/ports/stage.js';
import { CLUSTER, type Cluster } from '../cluster/cluster.js';
import { CLOCK, type Clock } from '../common/clock.js';
import { DomainError } from '../common/domain-error.js';
import type { Identity } from '../common/identity.js';
import type { RequestPayload } from '../protocol/events.js';
import type { RtpCapabilities } from '../protocol/rtc.js';
import type { MixProgramme, StageJoined } from '../protocol/stage.js';
import type { StageInvitation } from './invitations/stage-invitation.repository.js';
import { StageInvitations } from './invitations/stage-invitations.js';
import { StageGuestRecordings } from './guest-recordings/stage-guest-recordings.js';
import { StageMixes } from './mix/stage-mixes.js';
import { OwnChannels } from './own-channels.js';
import type { Invited, Participant } from './room/participant.js';
import type { StageRoom } from './room/stage-room.js';
import { StageBanRepository } from './stage-ban.repository.js';
import {
  connectionLost,
  hostOnly,
  notInvited,
  notOnStage,
  stageClosed,
  stageElsewhere,
} from './stage-errors.js';
import { StageRooms } from './stage-rooms.js';

/** The properties by which invitations and bans identify a socket's client. */
export type StageClient = Readonly<{
  identity: Identity;
  address: string;
  addressHash: string;
}>;

/** The reply to a client that joins, without the ICE servers. The gateway adds these. */
type Joined = Omit<StageJoined, 'iceServers'>;

/** A participant and their stage. */
type Present = Readonly<{ room: StageRoom; participant: Participant; media: ParticipantMedia }>;

/** Handles the requests of hosts and guests. A connection can be on one stage at a time. */
@Injectable()
export class StageService {
  /** The stages that connections have entered, by peer id, until the connections close. */
  readonly #joined = new Map<string, StageRoom>();

  // oxlint-disable-next-line max-params -- Injected by Nest: who can enter, the stages and media.
  constructor(
    private readonly rooms: StageRooms,
    private readonly ownChannels: OwnChannels,
    private readonly invitations: StageInvitations,
    private readonly bans: StageBanRepository,
    private readonly transports: PeerTransports,
    private readonly mixes: StageMixes,
    private readonly guestRecordings: StageGuestRecordings,
    @Inject(STAGE_MEDIA) private readonly media: StageMediaPort,
    @Inject(CLUSTER) private readonly cluster: Cluster,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * Opens the stage of the caller's own channel, or reconnects its host.
   * @throws {DomainError} `not_logged_in`, `channel_not_found`, `forbidden`, `unavailable`
   */
  async open(
    { identity: { account } }: StageClient,
    peer: Peer,
    { channel: name, rtpCapabilities }: RequestPayload<'stage:open'>,
  ): Promise<Joined> {
    const channel = await this.ownChannels.find(name, account?.id ?? null);
    const room = this.rooms.open(channel, account?.displayName || (account?.username ?? ''));
    return room.queue.run(() => this.#connect(room, room.host, { peer, rtpCapabilities }));
  }

  /**
   * Lets a guest enter the green room, or reconnects a guest who is already on the stage.
   * @throws {DomainError} `stage_invitation_refused`, `not_logged_in`, `banned`, `stage_closed`,
   *   `stage_limit`, `rate_limited`, `unavailable`
   */
  async join(
    client: StageClient,
    peer: Peer,
    {
      channel: name,
      token,
      name: guestName,
      resumeToken,
      rtpCapabilities,
    }: RequestPayload<'stage:join'>,
  ): Promise<Joined> {
    const invitation = await this.invitations.find(token, client.address);
    // This error reveals nothing about the other channel.
    if (invitation.channelName !== name)
      throw notInvited('This invitation is for another channel. Ask the host for the right link.');
    const invited = invitedBy(invitation, client);
    await this.#assertAllowed(invitation, invited);
    const room = this.rooms.find(invitation.channelId);
    const isKnown = (one: Participant) =>
      one.invited?.invitationId === invitation.id &&
      (one.resumeToken === resumeToken || one.invited.person === invited.person);
    // Guests who are already on the stage can return after the invitation has expired.
    if (!room?.participants.some(isKnown)) this.invitations.assertValid(invitation);
    if (!room) throw this.cluster.nodes.size > 1 ? stageElsewhere() : stageClosed();
    return room.queue.run(async () => {
      room.assertOpen();
      const known = room.participants.find(isKnown);
      if (known?.place === 'waiting') known.name = guestName;
      const guest = known ?? (await this.#admit(room, { peer, invitation, invited, guestName }));
      return this.#connect(room, guest, { peer, rtpCapabilities }).catch((error: unknown) => {
        if (!known) room.remove(guest, null);
        throw error;
      });
    });
  }

  /**
   * Ends the caller's connection. A guest loses their place; the host's place is kept for the grace
   * period.
   */
  leave(peer: Peer): void {
    const { room, participant } = this.#present(peer);
    if (participant.role === 'guest') room.remove(participant, null);
    else room.lost(peer.id);
  }

  close(peer: Peer): void {
    this.#hosted(peer).close();
  }

  /**
   * @throws {DomainError} `forbidden` for a screen that the host hasn't allowed and for a guest's
   *   playback, `conflict`
   */
  async produce(
    peer: Peer,
    { source, kind, rtpParameters, paused }: RequestPayload<'stage:produce'>,
  ): Promise<{ producerId: string }> {
    const { room, participant, media } = this.#present(peer);
    if (source === 'screen' && !participant.mayShareScreen)
      throw new DomainError(
        'forbidden',
        'The host has not allowed you to share a screen. Ask the host first.',
      );
    if (source === 'playback' && participant !== room.host) throw hostOnly();
    const isMicrophone = source === 'microphone';
    const isPaused = paused || (isMicrophone && participant.isMutedByHost);
    const producerId = await media.produce({ source, kind, rtpParameters, paused: isPaused });
    // The host may have changed these in the meantime.
    if (isMicrophone) await room.setMuted(participant, { isMuted: paused });
    else if (source === 'screen' && !participant.mayShareScreen) media.unproduce(source);
    return { producerId };
  }

  unproduce(peer: Peer, producerId: string): void {
    const { media } = this.#present(peer);
    media.unproduce(media.sourceOf(producerId));
  }

  async setPaused(peer: Peer, producerId: string, paused: boolean): Promise<void> {
    const { room, participant, media } = this.#present(peer);
    const source = media.sourceOf(producerId);
    if (source === 'microphone') await room.setMuted(participant, { isMuted: paused });
    else await media.setPaused(source, paused);
  }

  async resume(peer: Peer, consumerIds: readonly string[]): Promise<void> {
    await this.#present(peer).media.resume(consumerIds);
  }

  async preferLayer(peer: Peer, consumerId: string, layer: number): Promise<void> {
    await this.#present(peer).media.preferLayer(consumerId, layer);
  }

  say(peer: Peer, text: string): void {
    const { room, participant } = this.#present(peer);
    room.say(participant, text, this.clock.nowMs());
  }

  /** @throws {DomainError} `forbidden`, `not_found`, `stage_limit` */
  place(peer: Peer, { participant, place }: RequestPayload<'stage:place'>): void {
    const room = this.#hosted(peer);
    room.place(room.guest(participant), place);
  }

  /** @throws {DomainError} `forbidden`, `not_found` */
  async mute(peer: Peer, { participant, muted }: RequestPayload<'stage:mute'>): Promise<void> {
    const room = this.#hosted(peer);
    await room.setMuted(room.guest(participant), { isMutedByHost: muted });
  }

  /** @throws {DomainError} `forbidden`, `not_found` */
  allowScreen(peer: Peer, { participant, allowed }: RequestPayload<'stage:allow-screen'>): void {
    const room = this.#hosted(peer);
    room.allowScreen(room.guest(participant), allowed);
  }

  /** Removes a guest. @throws {DomainError} `forbidden`, `not_found` */
  async remove(peer: Peer, { participant }: RequestPayload<'stage:remove'>): Promise<void> {
    const room = this.#hosted(peer);
    const guest = room.guest(participant);
    room.remove(guest, 'removed');
    if (guest.invited)
      await this.invitations.remove(guest.invited.invitationId, guest.invited.person);
  }

  /**
   * Sets whether guests are recorded separately.
   * @throws {DomainError} `forbidden`, `conflict` if the channel's broadcasts aren't recorded
   */
  async recordGuests(peer: Peer, enabled: boolean): Promise<void> {
    const room = this.#hosted(peer);
    if (enabled) await this.guestRecordings.assertRecorded(room);
    room.setRecordsGuests(enabled);
  }

  /**
   * Lets the server mix the stage's programme.
   * @throws {DomainError} `forbidden`, `not_live`, `stage_limit`, `unavailable`
   */
  async mix(peer: Peer, programme: MixProgramme): Promise<void> {
    await this.mixes.start(this.#hosted(peer), programme);
  }

  /** @throws {DomainError} `forbidden`, `conflict` if the server doesn't mix */
  setMixProgramme(peer: Peer, programme: MixProgramme): void {
    this.mixes.setProgramme(this.#hosted(peer), programme);
  }

  /** Reports that a connection was closed. */
  disconnected(peerId: string): void {
    this.#joined.get(peerId)?.lost(peerId);
    this.#joined.delete(peerId);
  }

  /** @throws {DomainError} `not_logged_in`, `banned` */
  async #assertAllowed(
    { channelId, accountRequired }: StageInvitation,
    { bannable }: Invited,
  ): Promise<void> {
    if (accountRequired && bannable.accountId === null)
      throw new DomainError('not_logged_in', 'This invitation requires an account. Log in first.');
    if (await this.bans.isBanned(channelId, bannable))
      throw new DomainError('banned', 'You are banned from this channel.');
  }

  /** Admits a new guest to the green room, and counts the use of the invitation. */
  async #admit(
    room: StageRoom,
    {
      peer,
      invitation,
      invited,
      guestName,
    }: { peer: Peer; invitation: StageInvitation; invited: Invited; guestName: string },
  ): Promise<Participant> {
    room.assertRoomForGuest();
    await this.invitations.use(invitation, invited.person);
    if (!peer.connected) throw connectionLost();
    room.assertOpen();
    return room.admit(guestName, invited);
  }

  async #connect(
    room: StageRoom,
    participant: Participant,
    { peer, rtpCapabilities }: { peer: Peer; rtpCapabilities: RtpCapabilities },
  ): Promise<Joined> {
    const before = this.#joined.get(peer.id);
    const media = await room.connect(participant, peer, rtpCapabilities);
    // A connection that enters another stage leaves the first one.
    if (before && before !== room) before.lost(peer.id);
    this.#joined.set(peer.id, room);
    for (const transport of [media.send, media.receive]) this.transports.add(peer.id, transport);
    return {
      state: room.stateFor(participant),
      resumeToken: participant.resumeToken,
      rtpCapabilities: this.media.rtpCapabilities,
      send: media.send.transport,
      receive: media.receive.transport,
      tracks: media.tracks,
    };
  }

  #present(peer: Peer): Present {
    const room = this.#joined.get(peer.id);
    const participant = room?.of(peer.id);
    if (room && participant?.connection)
      return { room, participant, media: participant.connection.media };
    throw notOnStage();
  }

  /** Returns the stage of which the caller is the host. */
  #hosted(peer: Peer): StageRoom {
    const { room, participant } = this.#present(peer);
    if (participant !== room.host) throw hostOnly();
    return room;
  }
}

function invitedBy(
  { id: invitationId }: StageInvitation,
  { identity: { account, guestId }, addressHash }: StageClient,
): Invited {
  const accountId = account?.id ?? null;
  return {
    invitationId,
    person: accountId === null ? `device:${guestId}` : `account:${accountId}`,
    bannable: { accountId, guestId, addressHash },
  };
}
