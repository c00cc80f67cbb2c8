import type { AudioLevel } from '../capture/audio-level.js';
// With this suffix, Vite provides the URL of the bundled module.
// oxlint-disable-next-line import/default
import limiterUrl from './limiter.worklet.ts?worker&url';
import { SoundChannel } from './sound-channel.js';

/** The settings of one participant in the programme. */
interface Fader {
  volume: number;
  muted: boolean;
  solo: boolean;
}

const UNCHANGED: Fader = { volume: 1, muted: false, solo: false };
const SILENT: AudioLevel = { rmsDb: Number.NEGATIVE_INFINITY, peakDb: Number.NEGATIVE_INFINITY };
/** The maximum volume, which raises a quiet microphone by 6 dB. */
export const VOLUME_MAX = 2;

/**
 * Mixes sounds into one track, which stays the same when sounds are added or removed. Volumes
 * change in ramps, and a limiter keeps the sum from clipping.
 */
export class ProgrammeSound {
  readonly #context: AudioContext;
  readonly #bus: GainNode;
  readonly #output: MediaStreamAudioDestinationNode;
  /** The channels, by participant and kind of sound. */
  readonly #channels = new Map<string, Map<string, SoundChannel>>();
  /** The settings of participants, including those who have left, in case they return. */
  readonly #faders = new Map<string, Fader>();
  #closed = false;

  /** @param context stays open when this closes */
  constructor(context: AudioContext) {
    this.#context = context;
    this.#bus = context.createGain();
    this.#output = context.createMediaStreamDestination();
    void this.#limit();
  }

  /** The programme's sound, which ends on {@link close}. */
  get track(): MediaStreamTrack {
    const [track] = this.#output.stream.getAudioTracks();
    if (track === undefined) throw new Error('the mixer has no output track');
    return track;
  }

  /** Replaces a participant's sound of this kind; null removes it. */
  setSound(participant: string, kind: string, track: MediaStreamTrack | null): void {
    const channels = this.#channels.get(participant) ?? new Map<string, SoundChannel>();
    channels.get(kind)?.close();
    channels.delete(kind);
    if (track !== null && !this.#closed) {
      const channel = new SoundChannel(this.#context, track);
      channel.connect(this.#bus);
      channels.set(kind, channel);
    }
    if (channels.size === 0) this.#channels.delete(participant);
    else this.#channels.set(participant, channels);
    this.#applyFaders();
  }

  /** @param volume 0 to 2 */
  setVolume(participant: string, volume: number): void {
    this.#change(participant, { volume: Math.min(VOLUME_MAX, Math.max(0, volume)) });
  }

  setMuted(participant: string, muted: boolean): void {
    this.#change(participant, { muted });
  }

  setSolo(participant: string, solo: boolean): void {
    this.#change(participant, { solo });
  }

  /** Returns the level of a participant's loudest sound, before volume and mute. */
  level(participant: string): AudioLevel {
    const levels = [...(this.#channels.get(participant)?.values() ?? [])].map((channel) =>
      channel.level(),
    );
    return levels.toSorted((a, b) => b.rmsDb - a.rmsDb)[0] ?? SILENT;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const channels of this.#channels.values()) {
      for (const channel of channels.values()) channel.close();
    }
    this.#channels.clear();
    this.#bus.disconnect();
    this.track.stop();
  }

  #change(participant: string, change: Partial<Fader>): void {
    this.#faders.set(participant, { ...UNCHANGED, ...this.#faders.get(participant), ...change });
    this.#applyFaders();
  }

  #applyFaders(): void {
    for (const [each, channels] of this.#channels) {
      for (const channel of channels.values()) channel.fadeTo(this.#gainOf(each));
    }
  }

  #gainOf(participant: string): number {
    const { volume, muted, solo } = this.#faderOf(participant);
    // A solo participant who has left doesn't silence anyone.
    const isOthersSolo =
      !solo && [...this.#channels.keys()].some((each) => this.#faderOf(each).solo);
    return muted || isOthersSolo ? 0 : volume;
  }

  #faderOf(participant: string): Fader {
    return this.#faders.get(participant) ?? UNCHANGED;
  }

  async #limit(): Promise<void> {
    const limiter = await this.#limiter();
    if (this.#closed) return;
    this.#bus.connect(limiter);
    limiter.connect(this.#output);
  }

  /**
   * If worklets can't be loaded, a compressor with a steep curve limits the sound, though less
   * exactly.
   */
  async #limiter(): Promise<AudioNode> {
    try {
      await this.#context.audioWorklet.addModule(limiterUrl);
      return new AudioWorkletNode(this.#context, 'limiter', {
        channelCount: 2,
        channelCountMode: 'explicit',
        outputChannelCount: [2],
      });
    } catch {
      const compressor = this.#context.createDynamicsCompressor();
      compressor.threshold.value = -12;
      compressor.knee.value = 0;
      compressor.ratio.value = 20;
      compressor.attack.value = 0.002;
      compressor.release.value = 0.12;
      return compressor;
    }
  }
}
