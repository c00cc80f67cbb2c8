import { expect } from 'vitest';
import type { EventPayload, RequestInput } from '../../src/protocol/events.js';
import type {
  CreatedStageInvitation,
  NewStageInvitation,
  StageJoined,
  StageParticipant,
  StageSource,
  StageState,
  StageTrack,
} from '../../src/protocol/stage.js';
import { api, type Person } from './people.js';
import { audioTrack, h264Viewer, videoTrack } from './rtc.js';
import { type ClientSocket, openSocket, refusal, request } from './sockets.js';

/** The timeout for anything that a busy machine can delay. */
export const STAGE_WAIT = { timeout: 30_000, interval: 20 };

type Invitation = CreatedStageInvitation & { token: string };

type Joining = Partial<
  Pick<RequestInput<'stage:join'>, 'name' | 'resumeToken' | 'rtpCapabilities'>
>;

/** Invites guests to the stage of a person's channel of the same name. */
export async function invite(
  url: string,
  host: Person,
  options: Partial<NewStageInvitation> = {},
): Promise<Invitation> {
  const path = `/channels/${host.username}/stage/invitations`;
  const created = await api<CreatedStageInvitation>(url, host, 'POST', path, options);
  return { ...created, token: created.url.slice(created.url.indexOf('#') + 1) };
}

/** A host's or guest's client without media: a socket that records what the stage sends to it. */
export class StageVisitor {
  readonly socket: ClientSocket;
  joined: StageJoined | null = null;
  state: StageState | null = null;
  readonly tracks = new Map<string, StageTrack>();
  readonly paused = new Map<string, boolean>();
  readonly messages: EventPayload<'stage:message'>[] = [];
  readonly closed: EventPayload<'stage:closed'>['reason'][] = [];

  private constructor(socket: ClientSocket) {
    this.socket = socket;
    socket.on('stage:state', (state) => (this.state = state));
    socket.on('stage:track', (track) => this.#receive(track));
    socket.on('stage:track-closed', ({ consumerId }) => this.tracks.delete(consumerId));
    socket.on('stage:track-paused', ({ consumerId, paused }) =>
      this.paused.set(consumerId, paused),
    );
    socket.on('stage:message', (message) => this.messages.push(message));
    socket.on('stage:closed', ({ reason }) => {
      this.closed.push(reason);
      this.tracks.clear();
    });
  }

  /**
   * @param cookie an account's cookie, or that of a guest's device; without one, a new device
   * connects
   */
  static async connect(url: string, cookie?: string): Promise<StageVisitor> {
    return new StageVisitor(await openSocket(url, cookie === undefined ? {} : { cookie }));
  }

  /** Opens the stage of a channel as its host. */
  async open(channel: string, rtpCapabilities = h264Viewer): Promise<this> {
    return this.#enter(await request(this.socket, 'stage:open', { channel, rtpCapabilities }));
  }

  /** Enters a green room. */
  async join(channel: string, token: string, more: Joining = {}) {
    return this.#enter(await request(this.socket, 'stage:join', joining(channel, token, more)));
  }

  /** Resolves with the error from an attempt to enter a green room. */
  refusedJoin(channel: string, token: string, more: Joining = {}) {
    return refusal(this.socket, 'stage:join', joining(channel, token, more));
  }

  get id(): string {
    return this.state?.you ?? '';
  }

  /** The received tracks, as `SENDER SOURCE`, where `SENDER` is the sender's name. */
  get received(): string[] {
    return [...this.tracks.values()]
      .map(({ participant, source }) => `${this.#nameOf(participant)} ${source}`)
      .toSorted();
  }

  /** The names of the participants whom this participant sees. */
  get seen(): string[] {
    return (this.state?.participants ?? []).map(({ name }) => name).toSorted();
  }

  /** Returns another participant as this participant sees them. */
  sees(name: string): StageParticipant | undefined {
    return this.state?.participants.find((one) => one.name === name);
  }

  /** Returns the track received from a participant. */
  trackOf(name: string, source: StageSource): StageTrack | undefined {
    return [...this.tracks.values()].find(
      (track) => this.#nameOf(track.participant) === name && track.source === source,
    );
  }

  async produce(...sources: StageSource[]): Promise<string[]> {
    const ids: string[] = [];
    for (const source of sources)
      ids.push((await request(this.socket, 'stage:produce', producing(source))).producerId);
    return ids;
  }

  refusedProduce(source: StageSource) {
    return refusal(this.socket, 'stage:produce', producing(source));
  }

  /** Waits until this participant receives exactly these tracks; see {@link received}. */
  async receives(...tracks: string[]): Promise<void> {
    await expect.poll(() => this.received, STAGE_WAIT).toEqual(tracks.toSorted());
  }

  /** Returns the payload with which {@link produce} sends a source. */
  producing(source: StageSource): RequestInput<'stage:produce'> {
    return producing(source);
  }

  #enter(joined: StageJoined): this {
    this.joined = joined;
    this.state = joined.state;
    this.tracks.clear();
    for (const track of joined.tracks) this.#receive(track);
    return this;
  }

  #receive(track: StageTrack): void {
    this.tracks.set(track.options.id, track);
    this.paused.set(track.options.id, track.options.producerPaused);
  }

  #nameOf(participant: string | null): string {
    if (participant === null) return 'programme';
    return this.state?.participants.find(({ id }) => id === participant)?.name ?? participant;
  }
}

function joining(
  channel: string,
  token: string,
  { name = 'Guest', resumeToken, rtpCapabilities = h264Viewer }: Joining,
): RequestInput<'stage:join'> {
  const given = resumeToken === undefined ? {} : { resumeToken };
  return { channel, token, name, rtpCapabilities, ...given };
}

function producing(source: StageSource): RequestInput<'stage:produce'> {
  const isSound = source === 'microphone' || source === 'playback';
  const { kind, rtpParameters } = isSound ? audioTrack() : videoTrack();
  // The tracks on one transport must have different mids.
  const mid = { microphone: '0', camera: '1', screen: '2', playback: '3' }[source];
  return { source, kind, rtpParameters: { ...rtpParameters, mid } };
}
