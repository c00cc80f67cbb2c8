import { computed, effect, type ReadonlySignal, signal, untracked } from '@preact/signals-core';
import { assertNever } from '../../../src/protocol/assert-never.js';
import type { RtpCapabilities } from '../../../src/protocol/rtc.js';
import type {
  MixProgramme,
  StageMessage,
  StageSource,
  StageState,
} from '../../../src/protocol/stage.js';
import type { Connection } from '../connection.js';
import { loadDevice } from '../device.js';
import { RequestError } from '../request-error.js';
import {
  type Entry,
  isActive,
  OUT,
  type Presence,
  type PresenceEffect,
  type PresenceEvent,
  step,
} from './presence.js';
import { type RemoteTrack, type Sent, StageMedia } from './stage-media.js';

/** The maximum number of messages; older ones are dropped. */
const MESSAGES_MAX = 200;

const NOTHING: readonly RemoteTrack[] = [];

type Effect<N extends PresenceEffect<StageMedia>['name']> = Extract<
  PresenceEffect<StageMedia>,
  { name: N }
>;

type Options = {
  connection: Connection;
  /** The SFU's capabilities, as embedded in the page. */
  rtpCapabilities: RtpCapabilities;
};

/**
 * A participant's connection to a stage: enters it, keeps the place when the network or a server
 * fails, sends this page's sources and receives those of the others. {@link step} makes the
 * decisions, and this class carries out their effects.
 */
export class StageLink {
  readonly #options: Options;
  readonly #state = signal<Presence<StageMedia>>(OUT);
  readonly #messages = signal<readonly StageMessage[]>([]);
  readonly #sources = new Map<StageSource, Sent>();
  readonly #offs: readonly (() => void)[];
  readonly #media = computed(() => {
    const state = this.#state.value;
    return state.name === 'present' ? state.media : null;
  });

  readonly state: ReadonlySignal<Presence<StageMedia>> = this.#state;
  /** The stage as this participant sees it; null before entering. It remains during reconnects. */
  readonly stage: ReadonlySignal<StageState | null> = computed(() => {
    const state = this.#state.value;
    return isActive(state) ? state.stage : null;
  });
  /** The tracks that are currently received. */
  readonly tracks: ReadonlySignal<readonly RemoteTrack[]> = computed(
    () => this.#media.value?.tracks.value ?? NOTHING,
  );
  /** The newest backstage messages since the page was opened, oldest first. */
  readonly messages: ReadonlySignal<readonly StageMessage[]> = this.#messages;
  /** The token with which the next page takes the same place; null if not on the stage. */
  readonly resumeToken: ReadonlySignal<string | null> = computed(() => {
    const state = this.#state.value;
    return isActive(state) ? state.resumeToken : null;
  });

  constructor(options: Options) {
    this.#options = options;
    this.#offs = [...this.#listen(), ...this.#follow()];
  }

  /** Enters a stage. `state` shows the result. */
  enter(entry: Entry, resumeToken: string | null): void {
    this.#dispatch({ name: 'enter', entry, resumeToken });
  }

  /** Leaves. A guest's place is given up; a host's stage closes unless the host returns. */
  leave(): void {
    this.#dispatch({ name: 'leave' });
  }

  /** Closes the stage, which sends all guests away. Host only. */
  async closeStage(): Promise<void> {
    await this.#request('stage:close', {});
    this.#dispatch({ name: 'leave' });
  }

  /**
   * Sends a source from now on, including after reconnecting; a null track stops sending it.
   * Rejects if the source is refused now.
   */
  async send(source: StageSource, sent: Sent): Promise<void> {
    this.#sources.set(source, sent);
    await this.#media.peek()?.send(source, sent);
  }

  /** Sends a message backstage. */
  async say(text: string): Promise<void> {
    await this.#request('stage:say', { text });
  }

  /** Brings a guest on stage, or back to the green room. Host only. */
  async place(participant: string, place: 'waiting' | 'on-stage'): Promise<void> {
    await this.#request('stage:place', { participant, place });
  }

  /** Host only. */
  async mute(participant: string, muted: boolean): Promise<void> {
    await this.#request('stage:mute', { participant, muted });
  }

  /** Host only. */
  async allowScreen(participant: string, allowed: boolean): Promise<void> {
    await this.#request('stage:allow-screen', { participant, allowed });
  }

  /** Removes a guest. The guest can't return with the same invitation. Host only. */
  async remove(participant: string): Promise<void> {
    await this.#request('stage:remove', { participant });
  }

  /** Sets whether each guest on stage is also recorded separately. Host only. */
  async recordGuests(enabled: boolean): Promise<void> {
    await this.#request('stage:record-guests', { enabled });
  }

  /** Lets the server mix the programme instead of this page. Host only. */
  async mixOnServer(programme: MixProgramme): Promise<void> {
    await this.#request('stage:mix', programme);
  }

  /** Changes what the server's mixer shows and plays. Host only. */
  async setMixProgramme(programme: MixProgramme): Promise<void> {
    await this.#request('stage:mix-programme', programme);
  }

  /** Limits the layer in which a track is received. */
  preferLayer(consumerId: string, layer: number): void {
    this.#media.peek()?.preferLayer(consumerId, layer);
  }

  /** Returns how loud a participant currently is, from 0 to 1. */
  levelOf(participant: string): number {
    const voice = this.tracks
      .peek()
      .find((one) => one.participant === participant && one.source === 'microphone');
    if (!voice || voice.isPaused) return 0;
    return this.#media.peek()?.levelOf(voice.consumerId) ?? 0;
  }

  /** Ends the connection as closing the page does: the place is kept for the grace period. */
  close(): void {
    for (const off of this.#offs) off();
    this.#media.peek()?.close();
  }

  #listen(): (() => void)[] {
    const { connection } = this.#options;
    return [
      connection.onOnline(() => this.#dispatch({ name: 'online' })),
      connection.on('stage:state', (stage) => this.#dispatch({ name: 'stage-changed', stage })),
      connection.on('stage:closed', ({ reason }) => this.#dispatch({ name: 'closed', reason })),
      connection.on('transport:closed', ({ transportId }) =>
        this.#dispatch({ name: 'transport-closed', transportId }),
      ),
      connection.on('stage:message', (message) => {
        this.#messages.value = [...this.#messages.peek(), message].slice(-MESSAGES_MAX);
      }),
    ];
  }

  /** Starts the effects that last as long as the current state. */
  #follow(): (() => void)[] {
    const waiting = computed(() => {
      const state = this.#state.value;
      return state.name === 'entering' && state.progress.name === 'waiting' ? state.progress : null;
    });
    return [
      effect(() => {
        const progress = waiting.value;
        if (progress === null) return undefined;
        const retry = (): void => this.#dispatch({ name: 'retry-due' });
        const timer = setTimeout(retry, progress.delayMs);
        return () => clearTimeout(timer);
      }),
      effect(() => {
        const media = this.#media.value;
        if (media) untracked(() => this.#sendAll(media));
      }),
      effect(() => {
        if (this.#options.connection.status.value === 'offline')
          this.#dispatch({ name: 'offline' });
      }),
    ];
  }

  #sendAll(media: StageMedia): void {
    for (const [source, sent] of this.#sources)
      media.send(source, sent).catch(() => {
        // Either the connection broke again, or the host has withdrawn the permission meanwhile. The
        // state of the stage shows what is sent.
      });
  }

  /** Changes the state. This is the only place where the state changes. */
  #dispatch(event: PresenceEvent<StageMedia>): void {
    const { state, effects } = step(this.#state.peek(), event);
    this.#state.value = state;
    for (const one of effects) this.#run(one);
  }

  #run(todo: PresenceEffect<StageMedia>): void {
    switch (todo.name) {
      case 'ask':
        return void this.#attempt(todo.attempt, () => this.#ask(todo));
      case 'open':
        return void this.#attempt(todo.attempt, () => this.#open(todo));
      case 'close':
        return todo.media.close();
      case 'say-goodbye':
        return void this.#sayGoodbye(todo);
      default:
        return assertNever(todo);
    }
  }

  async #sayGoodbye({ media }: Effect<'say-goodbye'>): Promise<void> {
    try {
      await this.#request('stage:leave', {});
    } catch {
      // If the server can't be reached, it notices the lost connection.
    } finally {
      media?.close();
    }
  }

  async #attempt(attempt: number, run: () => Promise<void>): Promise<void> {
    try {
      await run();
    } catch (error) {
      const isOurs = error instanceof RequestError;
      this.#dispatch({
        name: 'failed',
        attempt,
        failure: {
          code: isOurs ? error.code : 'media_failed',
          message: isOurs
            ? error.message
            : 'This browser couldn’t connect. Use a current version of Chrome, Edge, Firefox or Safari.',
          retryAfterMs: (isOurs ? error.retryAfterMs : undefined) ?? null,
        },
      });
    }
  }

  async #ask({ attempt, entry, resumeToken }: Effect<'ask'>): Promise<void> {
    const device = await loadDevice(this.#options.rtpCapabilities);
    const rtpCapabilities = device.recvRtpCapabilities as RtpCapabilities;
    const { connection } = this.#options;
    const { channel } = entry;
    const joined =
      entry.role === 'host'
        ? await connection.request('stage:open', { channel, rtpCapabilities })
        : await connection.request('stage:join', {
            channel,
            token: entry.token,
            name: entry.name,
            rtpCapabilities,
            ...(resumeToken !== null && { resumeToken }),
          });
    this.#dispatch({ name: 'accepted', attempt, joined });
  }

  async #open({ attempt, joined }: Effect<'open'>): Promise<void> {
    const state = this.#state.peek();
    if (!isActive(state)) return;
    const media = await StageMedia.open({
      link: this.#options.connection.link,
      joined,
      role: state.entry.role,
      onFailed: (failed) => this.#dispatch({ name: 'media-failed', media: failed }),
    });
    this.#dispatch({ name: 'opened', attempt, media });
  }

  readonly #request: Connection['request'] = (name, payload, options) =>
    this.#options.connection.request(name, payload, options);
}
