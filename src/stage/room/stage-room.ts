import type { BroadcastMedia } from '../../broadcast/ports/media.js';
import type { Peer } from '../../broadcast/peer.js';
import type { ParticipantMedia, StageMedia, StageMediaPort } from '../../broadcast/ports/stage.js';
import type { Channel } from '../../channels/channel.js';
import { DomainError } from '../../common/domain-error.js';
import type { Log } from '../../common/logger.js';
import { SerialQueue } from '../../common/serial-queue.js';
import { TypedEmitter } from '../../common/typed-emitter.js';
import type { EventPayload } from '../../protocol/events.js';
import { GUESTS_ON_STAGE_MAX, GUESTS_WAITING_MAX } from '../../protocol/limits.js';
import type { RtpCapabilities } from '../../protocol/rtc.js';
import type { ServerMixState, StageState } from '../../protocol/stage.js';
import { connectionLost, greenRoomFull, stageEnded, stageFull } from '../stage-errors.js';
import { type Invited, Participant } from './participant.js';
import { guestsIn, isSeenBy, receptionOf } from './stage-rules.js';

/** The channel's broadcast. */
export type Programme = Readonly<{
  /** Whether viewers can watch it. */
  isLive: boolean;
  /** Its media on this node; null if there is none. */
  media: BroadcastMedia | null;
}>;

export type ClosedReason = EventPayload<'stage:closed'>['reason'];

type Options = Readonly<{
  channel: Pick<Channel, 'id' | 'name' | 'title'>;
  hostName: string;
  media: StageMediaPort;
  /** How long a participant whose connection is lost keeps their place, in milliseconds. */
  graceMs: number;
  log: Log;
}>;

/**
 * The open stage of a channel: the host, the guests, and their media. It closes when the host closes
 * it, or hasn't returned within the grace period.
 */
export class StageRoom {
  readonly #emitter = new TypedEmitter<{ changed: []; closed: [] }>();
  /**
   * `changed`: participants arrived, left, or changed what they send. `closed`: everyone has been
   * sent away.
   */
  readonly events = this.#emitter.listenable;
  readonly channel: Pick<Channel, 'id' | 'name'>;
  readonly host: Participant;
  /** Serializes the arrivals of participants. */
  readonly queue = new SerialQueue(100);
  readonly #options: Options;
  readonly #participants = new Map<string, Participant>();
  readonly #graceTimers = new Map<Participant, NodeJS.Timeout>();
  /** The state that each participant was last sent, as JSON. */
  readonly #sent = new WeakMap<Participant, string>();
  #title: string;
  #programme: Programme = { isLive: false, media: null };
  #media: StageMedia | null = null;
  #mix: ServerMixState;
  #recordsGuests = false;
  #closed = false;

  constructor(options: Options) {
    this.#options = options;
    this.channel = options.channel;
    this.#title = options.channel.title;
    this.#mix = options.media.canMix ? 'off' : 'unavailable';
    this.host = Participant.host(options.hostName);
    this.#participants.set(this.host.id, this.host);
    this.#waitFor(this.host);
  }

  get closed(): boolean {
    return this.#closed;
  }

  get participants(): Participant[] {
    return [...this.#participants.values()];
  }

  /** The stage's media. Opens it if it isn't open. */
  get media(): Promise<StageMedia> {
    return this.#openMedia();
  }

  /** Returns the participant of a connection, or undefined. */
  of(peerId: string): Participant | undefined {
    return this.participants.find(({ connection }) => connection?.peer.id === peerId);
  }

  /** @throws {DomainError} `not_found` */
  guest(id: string): Participant {
    const guest = this.#participants.get(id);
    if (guest?.role === 'guest') return guest;
    throw new DomainError('not_found', 'This guest has left.');
  }

  /** @throws {DomainError} `stage_closed` */
  assertOpen(): void {
    if (this.#closed) throw stageEnded();
  }

  /** @throws {DomainError} `stage_limit` if no other guest can enter the green room */
  assertRoomForGuest(): void {
    if (guestsIn('waiting', this.participants) >= GUESTS_WAITING_MAX) throw greenRoomFull();
  }

  /**
   * Adds a guest to the green room. The guest must connect within the grace period to keep the
   * place.
   */
  admit(name: string, invited: Invited): Participant {
    const guest = Participant.guest(name, invited);
    this.#participants.set(guest.id, guest);
    this.#waitFor(guest);
    return guest;
  }

  /** Connects a participant, replacing an earlier connection. */
  async connect(
    participant: Participant,
    peer: Peer,
    capabilities: RtpCapabilities,
  ): Promise<ParticipantMedia> {
    const room = await this.#openMedia();
    const media = await room.join(participant.id, capabilities);
    try {
      await media.receiveFrom(receptionOf(participant, this.participants));
      this.assertOpen();
      if (!this.#participants.has(participant.id) || !peer.connected || media.closed)
        throw connectionLost();
    } catch (error) {
      media.close();
      throw error;
    }
    // A connection belongs to one participant at a time, and a participant has one connection at a
    // time.
    const other = this.of(peer.id);
    if (other) this.#disconnect(other, null);
    this.#disconnect(participant, 'taken_over');
    clearTimeout(this.#graceTimers.get(participant));
    this.#graceTimers.delete(participant);
    participant.connection = { peer, media };
    this.#follow(participant, peer, media);
    // The reply to the participant's request contains the state.
    this.#sent.set(participant, JSON.stringify(this.stateFor(participant)));
    this.#changed();
    return media;
  }

  /** Returns the stage as a participant sees it. */
  stateFor(participant: Participant): StageState {
    return {
      channel: this.channel.name,
      title: this.#title,
      isLive: this.#programme.isLive,
      you: participant.id,
      participants: this.participants
        .filter((other) => isSeenBy(other, participant))
        .map(({ view }) => view),
      mix: this.#mix,
      recordsGuests: this.#recordsGuests,
    };
  }

  /** Whether the host wants each guest on stage to be recorded separately. */
  get recordsGuests(): boolean {
    return this.#recordsGuests;
  }

  setRecordsGuests(recordsGuests: boolean): void {
    this.#recordsGuests = recordsGuests;
    this.#changed();
  }

  rename(title: string): void {
    this.#title = title;
    this.#sendStates();
  }

  setProgramme(programme: Programme): void {
    this.#programme = programme;
    this.#media?.setProgramme(programme.media);
    this.#sendStates();
  }

  /**
   * Reports whether the server mixes. While it does, the stage stays open without its host, so
   * whoever runs the mix must end it if everyone has left.
   */
  setMix(mix: 'off' | 'starting' | 'on'): void {
    if (this.#closed || mix === this.#mix) return;
    this.#mix = mix;
    if (mix === 'off' && this.host.connection === null) this.#waitFor(this.host);
    this.#sendStates();
  }

  /** Reports that a connection was lost. The participant's place is kept for the grace period. */
  lost(peerId: string): void {
    const participant = this.of(peerId);
    if (!participant) return;
    this.#disconnect(participant, null);
    this.#changed();
  }

  /** @throws {DomainError} `stage_limit` if the stage is full */
  place(guest: Participant, place: Participant['place']): void {
    if (guest.place === place) return;
    if (place === 'on-stage' && guestsIn('on-stage', this.participants) >= GUESTS_ON_STAGE_MAX)
      throw stageFull();
    guest.place = place;
    this.#changed();
  }

  /** Sets who muted a participant's microphone, and pauses or resumes its track. */
  async setMuted(
    participant: Participant,
    muted: Partial<Pick<Participant, 'isMuted' | 'isMutedByHost'>>,
  ): Promise<void> {
    Object.assign(participant, muted);
    this.#sendStates();
    await participant.connection?.media.setPaused('microphone', participant.isSilenced);
  }

  allowScreen(guest: Participant, allowed: boolean): void {
    guest.mayShareScreen = allowed;
    if (!allowed) guest.connection?.media.unproduce('screen');
    this.#sendStates();
  }

  /** Removes a guest. @param reason null if the guest left */
  remove(guest: Participant, reason: ClosedReason | null): void {
    if (!this.#participants.delete(guest.id)) return;
    this.#disconnect(guest, reason);
    clearTimeout(this.#graceTimers.get(guest));
    this.#graceTimers.delete(guest);
    this.#changed();
  }

  /** Sends a message to everyone who can see the sender, and to the sender. */
  say(sender: Participant, text: string, atMs: number): void {
    const message = { from: sender.id, name: sender.name, text, atMs };
    for (const participant of this.#participants.values())
      if (isSeenBy(sender, participant))
        participant.connection?.peer.send('stage:message', message);
  }

  /** Sends everyone away. Idempotent. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const timer of this.#graceTimers.values()) clearTimeout(timer);
    this.#graceTimers.clear();
    for (const participant of this.#participants.values()) this.#disconnect(participant, 'closed');
    this.#participants.clear();
    this.#media?.close();
    this.#emitter.emit('closed');
    this.#emitter.clear();
  }

  async #openMedia(): Promise<StageMedia> {
    if (this.#media && !this.#media.closed) return this.#media;
    const media = await this.#options.media.open();
    if (this.#closed) {
      media.close();
      throw stageEnded();
    }
    this.#media = media;
    media.setProgramme(this.#programme.media);
    media.events.on('closed', () => {
      if (this.#media === media) this.#media = null;
    });
    return media;
  }

  #follow(participant: Participant, peer: Peer, media: ParticipantMedia): void {
    const { events } = media;
    events.on('trackAdded', (track) => peer.send('stage:track', track));
    events.on('trackClosed', (consumerId) => peer.send('stage:track-closed', { consumerId }));
    events.on('trackPaused', (consumerId, paused) =>
      peer.send('stage:track-paused', { consumerId, paused }),
    );
    events.on('sendsChanged', () => {
      this.#sendStates();
      this.#emitter.emit('changed');
    });
    events.on('closed', () => {
      // The media was closed neither by leaving nor by another connection, so the client must join
      // again.
      if (participant.connection?.media !== media) return;
      this.#disconnect(participant, 'media_lost');
      this.#changed();
    });
  }

  /** Ends a participant's connection, if any. @param reason the reason to send to the client */
  #disconnect(participant: Participant, reason: ClosedReason | null): void {
    const { connection } = participant;
    if (!connection) return;
    participant.connection = null;
    connection.media.close();
    if (reason !== null) connection.peer.send('stage:closed', { reason });
    if (!this.#closed && this.#participants.has(participant.id)) this.#waitFor(participant);
  }

  /**
   * Removes a participant who doesn't connect within the grace period. If that is the host,
   * everyone leaves.
   */
  #waitFor(participant: Participant): void {
    clearTimeout(this.#graceTimers.get(participant));
    const timer = setTimeout(() => {
      if (participant === this.host) this.#hostLost();
      else this.remove(participant, null);
    }, this.#options.graceMs);
    this.#graceTimers.set(participant, timer);
  }

  #hostLost(): void {
    if (this.#mix !== 'starting' && this.#mix !== 'on') this.close();
  }

  /** Updates which tracks everyone receives after a change, and reports the change. */
  #changed(): void {
    if (this.#closed) return;
    const all = this.participants;
    for (const participant of all) {
      const media = participant.connection?.media;
      media?.receiveFrom(receptionOf(participant, all)).catch((err: unknown) => {
        if (media.closed) return;
        this.#options.log.warn({ err }, 'a participant could not receive the tracks of the stage');
        media.close();
      });
    }
    this.#sendStates();
    this.#emitter.emit('changed');
  }

  /** Sends each participant the state, if the state that they see has changed. */
  #sendStates(): void {
    for (const participant of this.#participants.values()) {
      const { connection } = participant;
      if (!connection) continue;
      const state = this.stateFor(participant);
      const json = JSON.stringify(state);
      if (this.#sent.get(participant) === json) continue;
      this.#sent.set(participant, json);
      connection.peer.send('stage:state', state);
    }
  }
}
