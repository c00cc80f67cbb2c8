import { computed, effect, type ReadonlySignal, signal, untracked } from '@preact/signals';
import { assertNever } from '../../../src/protocol/assert-never.js';
import type { RtpCapabilities } from '../../../src/protocol/rtc.js';
import type { StageParticipant, StageSource, StageState } from '../../../src/protocol/stage.js';
import { Capture } from '../../client/capture/capture.js';
import { Connection } from '../../client/connection.js';
import { RequestError } from '../../client/request-error.js';
import { isReconnecting } from '../../client/stage/presence.js';
import { StageLink } from '../../client/stage/stage-link.js';
import type { Sent } from '../../client/stage/stage-media.js';
import { toast } from '../components/toast.js';
import { type Farewell, farewellOf, refusalOf } from './farewell.js';
import type { GuestMemory, RememberedVisit } from './guest-memory.js';

/** The state that the guest page shows. */
export type GuestPhase =
  | { readonly name: 'check' }
  /** `notice` is the reason why the guest can't enter yet. */
  | { readonly name: 'entering'; readonly notice: string | null }
  | {
      readonly name: 'inside';
      readonly stage: StageState;
      readonly you: StageParticipant;
      readonly isReconnecting: boolean;
    }
  | { readonly name: 'outside'; readonly farewell: Farewell };

type Options = {
  channel: string;
  visit: RememberedVisit;
  memory: GuestMemory;
  rtpCapabilities: RtpCapabilities;
};

/** A guest's visit to a stage: the devices, the connection, and the data that the tab remembers. */
export class GuestVisit {
  readonly channel: string;
  readonly capture: Capture;
  readonly link: StageLink;
  readonly name = signal('');
  readonly #options: Options;
  readonly #connection = new Connection();
  /** Whether the end of the last visit is shown, rather than the device check. */
  readonly #outside = signal(true);
  readonly phase: ReadonlySignal<GuestPhase> = computed(() => this.#phase());

  constructor(options: Options) {
    this.#options = options;
    const { channel, visit, rtpCapabilities } = options;
    this.channel = channel;
    this.name.value = visit.name ?? '';
    this.capture = new Capture({
      media: navigator.mediaDevices,
      secure: isSecureContext,
      storage: localStorage,
      onNotice: (text) => toast({ text }),
    });
    this.capture.sound.setMuted(visit.muted);
    this.link = new StageLink({ connection: this.#connection, rtpCapabilities });
    this.#sendSources();
    effect(() => this.#remember());
    effect(() => {
      if (this.phase.value.name === 'outside') untracked(() => this.capture.release());
    });
    effect(() => this.#endRevokedScreen());
  }

  /** Opens the devices, and returns to the place that the guest had before a reload. */
  begin(): void {
    const { visit } = this.#options;
    if (visit.cameraOff) void this.capture.microphone.open();
    else void this.capture.open();
    if (visit.name !== null) this.#enter(visit.resumeToken);
  }

  /** Enters the green room. Must be called in a click handler, which lets the page play sound. */
  enter(): void {
    void this.capture.wake();
    this.#enter(null);
  }

  /** Returns to the device check after the visit has ended. */
  checkAgain(): void {
    this.#outside.value = false;
    void this.capture.open();
  }

  leave(): void {
    this.link.leave();
  }

  /** Stops waiting to enter. */
  giveUp(): void {
    this.#outside.value = false;
    this.link.leave();
  }

  #enter(resumeToken: string | null): void {
    const { channel } = this;
    const { token } = this.#options.visit;
    this.link.enter({ role: 'guest', channel, token, name: this.name.value.trim() }, resumeToken);
    // This must not happen earlier, because the page would then show the end of the last visit,
    // which turns the devices off.
    this.#outside.value = true;
  }

  #phase(): GuestPhase {
    const state = this.link.state.value;
    switch (state.name) {
      case 'out':
        return { name: 'check' };
      case 'refused':
      case 'ended': {
        if (!this.#outside.value) return { name: 'check' };
        const farewell =
          state.name === 'ended' ? farewellOf(state.reason) : refusalOf(state.failure);
        return { name: 'outside', farewell };
      }
      case 'entering':
      case 'present': {
        const { stage } = state;
        const you = stage?.participants.find(({ id }) => id === stage.you);
        if (stage && you)
          return { name: 'inside', stage, you, isReconnecting: isReconnecting(state) };
        const waits = state.name === 'entering' && state.progress.name === 'waiting';
        return {
          name: 'entering',
          notice: waits ? (state.progress.failure?.message ?? null) : null,
        };
      }
      default:
        return assertNever(state);
    }
  }

  #sendSources(): void {
    const { capture } = this;
    effect(() => {
      const camera = capture.camera.state.value;
      const track = camera.name === 'on' ? camera.track : null;
      this.#send('camera', { track, paused: false });
    });
    effect(() => {
      const { track, silent } = capture.sound;
      this.#send('microphone', { track: track.value, paused: silent.value });
    });
    effect(() => {
      const screen = capture.screen.state.value;
      const track = screen.name === 'on' ? screen.video : null;
      this.#send('screen', { track, paused: false });
    });
  }

  #send(source: StageSource, sent: Sent): void {
    this.link.send(source, sent).catch((error: unknown) => {
      // If the connection was lost, the link sends the source again by itself.
      if (!(error instanceof RequestError) || error.code !== 'forbidden') return;
      if (source === 'screen') this.capture.screen.stop();
      toast({ text: error.message, tone: 'danger' });
    });
  }

  #remember(): void {
    const { visit, memory } = this.#options;
    const phase = this.phase.value;
    const isIn = phase.name === 'inside' || phase.name === 'entering';
    memory.keep({
      token: visit.token,
      name: isIn ? this.name.value : null,
      resumeToken: this.link.resumeToken.value,
      muted: this.capture.sound.muted.value,
      cameraOff: isIn && this.capture.camera.state.value.name === 'off',
    });
  }

  /** Stops a shared screen when the host no longer allows it. */
  #endRevokedScreen(): void {
    const phase = this.phase.value;
    if (phase.name !== 'inside' || phase.you.mayShareScreen) return;
    untracked(() => {
      if (this.capture.screen.state.value.name !== 'on') return;
      this.capture.screen.stop();
      toast({ text: 'The host stopped your screen sharing.' });
    });
  }
}
