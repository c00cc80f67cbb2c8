import { computed, effect, type ReadonlySignal, signal, untracked } from '@preact/signals';
import { layerFor } from '../../../../src/programme/layer-for.js';
import type { RtpCapabilities } from '../../../../src/protocol/rtc.js';
import type { SceneList } from '../../../../src/protocol/scene.js';
import type {
  MixProgramme,
  ServerMixState,
  StageMessage,
  StageParticipant,
} from '../../../../src/protocol/stage.js';
import type { Capture } from '../../../client/capture/capture.js';
import type { ServerClock } from '../../../client/clock.js';
import type { Connection } from '../../../client/connection.js';
import { RequestError } from '../../../client/request-error.js';
import { stageApi } from '../../../client/stage-api.js';
import { isActive } from '../../../client/stage/presence.js';
import { StageLink } from '../../../client/stage/stage-link.js';
import { StageMix } from '../../../client/stage/stage-mix.js';
import { toast } from '../../components/toast.js';
import { FilePlayer } from './file-player.js';
import { HOST, PLAYED, tilesOf, trackOf } from './host-people.js';
import { MixInputs } from './mix-inputs.js';
import { SceneBook } from './scene-book.js';
import { StageMemory, type Volumes } from './stage-memory.js';
import type { TabStorage } from '../state/stage-mark.js';
import { StagePictures } from './stage-pictures.js';

/** The changes to a scene while a file fills the frame. */
const FILLED = { layout: 'solo', fullscreen: null, names: false } as const;

export interface HostStageOptions {
  readonly channel: string;
  /** The name under the host's video. */
  readonly hostName: string;
  readonly capture: Capture;
  readonly connection: Connection;
  readonly clock: ServerClock;
  readonly rtpCapabilities: RtpCapabilities;
  readonly list: SceneList;
  /** The tab's storage, which keeps the stage's settings across reloads. */
  readonly storage: TabStorage;
}

/**
 * The open stage in the host's studio. It connects the guests, the host's devices and the scenes to
 * the mix, whose tracks are published instead of the camera and the microphone.
 */
export class HostStage {
  readonly channel: string;
  readonly link: StageLink;
  readonly mix: StageMix;
  readonly serverNowMs: () => number;
  readonly scenes: SceneBook;
  readonly pictures: StagePictures;
  readonly files: FilePlayer;
  readonly #options: HostStageOptions;
  readonly #inputs: MixInputs;
  /** The layers that have been requested, by consumer. */
  readonly #layers = new Map<string, number>();
  readonly #volumes = signal<Volumes>(new Map());
  readonly #memory: StageMemory;
  /** The latest message that the host has seen. */
  readonly #seen = signal<StageMessage | null>(null);
  /**
   * The id of the scene that the mix shows, or of a file that fills the frame. Null before the
   * first scene.
   */
  #shownId: string | null = null;
  readonly #stops: (() => void)[] = [];

  /** The guests, in order of arrival. */
  readonly guests: ReadonlySignal<readonly StageParticipant[]> = computed(() =>
    (this.link.stage.value?.participants ?? []).filter(({ role }) => role === 'guest'),
  );
  /**
   * Whether this tab has the stage, or is opening it. If not, the stage was closed, refused, or
   * taken over by another tab; see {@link reopen}.
   */
  readonly isHere: ReadonlySignal<boolean> = computed(() => isActive(this.link.state.value));
  /** The state of mixing on the server; see {@link mixOnServer}. */
  readonly serverMix: ReadonlySignal<ServerMixState> = computed(
    () => this.link.stage.value?.mix ?? 'unavailable',
  );
  readonly #waiting = computed(() => this.guests.value.filter(({ place }) => place === 'waiting'));

  /**
   * Opens the stage of a channel, or returns to it after a reload.
   * @throws Error if this browser can neither process frames nor capture a canvas
   */
  constructor(options: HostStageOptions) {
    const { channel, connection, clock, rtpCapabilities, list, storage } = options;
    this.#options = options;
    this.channel = channel;
    this.serverNowMs = () => clock.now() ?? Date.now();
    const mix = new StageMix({ format: list.format, serverNowMs: this.serverNowMs });
    this.mix = mix;
    this.#inputs = new MixInputs(mix);
    this.link = new StageLink({ connection, rtpCapabilities });
    this.#memory = new StageMemory(storage, channel);
    const remembered = this.#memory.read();
    this.#volumes.value = remembered.volumes;
    this.scenes = new SceneBook({
      list,
      remembered,
      newId: () => crypto.randomUUID(),
      save: (changed) => void save(channel, changed),
    });
    this.pictures = new StagePictures(channel, mix);
    this.files = new FilePlayer(mix);
    options.capture.picture.setHeld(true);
    this.#follow(
      () => this.#sendHost(),
      () => this.#mixPeople(),
      () => this.#mixVideos(),
      () => this.#setVolumes(),
      () => this.#mixSounds(),
      () => this.#chooseLayers(),
      () => this.pictures.give(this.scenes.scenes.value),
      () => this.#showScene(),
      () => mix.previewScene(this.scenes.previewed.value),
      () => mix.setOverlays(this.scenes.overlays.value),
      () => this.#followOnServer(),
      () => this.#closeFileOnServer(),
      () => this.#memory.keep({ ...this.scenes.settings, volumes: this.#volumes.value }),
    );
    this.reopen();
  }

  /** The number of guests in the green room. */
  get waiting(): number {
    return this.#waiting.value.length;
  }

  /** Opens the stage on the server, or takes it from another tab. Guests keep their places. */
  reopen(): void {
    this.link.enter({ role: 'host', channel: this.channel }, null);
  }

  /** Whether a guest has sent a backstage message since {@link readMessages}. */
  get unread(): boolean {
    const latest = this.link.messages.value.at(-1);
    if (latest === undefined || latest === this.#seen.value) return false;
    return latest.from !== this.link.stage.value?.you;
  }

  /** Marks the messages as read. */
  readMessages(): void {
    this.#seen.value = this.link.messages.peek().at(-1) ?? null;
  }

  /** Returns a guest's volume: 0 to 2, where 1 changes nothing. */
  volumeOf(guest: string): number {
    return this.#volumes.value.get(guest) ?? 1;
  }

  /** Sets a guest's volume, both in the programme and for the host. */
  setVolume(guest: string, volume: number): void {
    this.#volumes.value = new Map(this.#volumes.peek()).set(guest, volume);
  }

  /** Allows audio; must be called in a click or key handler. */
  wake(): Promise<void> {
    return this.mix.wake();
  }

  /** Closes the stage on the server, which sends all guests away. Throws `RequestError`. */
  async end(): Promise<void> {
    await this.link.closeStage();
  }

  /** Lets the server mix the live broadcast instead of this page. Throws `RequestError`. */
  async mixOnServer(): Promise<void> {
    await this.link.mixOnServer(this.#programme());
  }

  /** Releases everything in this page. */
  close(): void {
    for (const stop of this.#stops) stop();
    this.scenes.close();
    this.files.dispose();
    this.link.close();
    this.mix.close();
    this.#options.capture.picture.setHeld(false);
    this.#memory.forget();
  }

  /** Returns the programme in the form that the server's mixer needs. */
  #programme(): MixProgramme {
    return {
      format: this.scenes.format,
      scene: this.scenes.shown.value,
      overlays: this.scenes.overlays.value,
      volumes: Object.fromEntries(this.#volumes.value),
    };
  }

  /** Makes the server's mixer show and play the same things as this page. */
  #followOnServer(): void {
    const isMixed = this.serverMix.value === 'on';
    const programme = this.#programme();
    if (!isMixed) return;
    this.link.setMixProgramme(programme).catch(() => {
      // The connection broke, or the mix has ended. After reconnecting, this is sent again.
    });
  }

  /**
   * Closes the file while the server mixes, because the server can't mix a file from this computer.
   */
  #closeFileOnServer(): void {
    const mix = this.serverMix.value;
    if (mix === 'starting' || mix === 'on') untracked(() => this.files.close());
  }

  #follow(...reactions: (() => void)[]): void {
    for (const react of reactions) this.#stops.push(effect(react));
  }

  #mixVideos(): void {
    const { camera, screen } = this.#options.capture;
    const [picture, shared] = [camera.state.value, screen.state.value];
    const tracks = this.link.tracks.value;
    const sent = this.guests.value.flatMap(({ id: participant }) =>
      (['camera', 'screen'] as const).flatMap((kind) => {
        const track = trackOf(tracks, participant, kind)?.track;
        return track ? [{ participant, kind, track }] : [];
      }),
    );
    const played = this.files.file.value?.video;
    this.#inputs.setVideos([
      ...(played ? [{ participant: PLAYED, kind: 'screen' as const, track: played.video }] : []),
      ...(picture.name === 'on'
        ? [{ participant: HOST, kind: 'camera' as const, track: picture.track }]
        : []),
      ...(shared.name === 'on'
        ? [{ participant: HOST, kind: 'screen' as const, track: shared.video }]
        : []),
      ...sent,
    ]);
  }

  #mixSounds(): void {
    const { microphone, screen } = this.#options.capture;
    const [voice, shared] = [microphone.state.value, screen.state.value];
    const tracks = this.link.tracks.value;
    const heard = this.guests.value.flatMap(({ id: participant }) => {
      const track = trackOf(tracks, participant, 'microphone')?.track;
      return track ? [{ participant, kind: 'microphone' as const, track, heard: true }] : [];
    });
    const own = { participant: HOST, heard: false };
    const played = this.files.file.value?.video;
    this.#inputs.setSounds([
      ...(played
        ? [{ participant: PLAYED, kind: 'screen' as const, track: played.audio, heard: true }]
        : []),
      ...(voice.name === 'on' ? [{ ...own, kind: 'microphone' as const, track: voice.track }] : []),
      ...(shared.name === 'on' && shared.audio
        ? [{ ...own, kind: 'screen' as const, track: shared.audio }]
        : []),
      ...heard,
    ]);
  }

  /** Sends the host's sources to the guests, who hear each person separately and never the mix. */
  #sendHost(): void {
    const { camera, screen, sound } = this.#options.capture;
    const [picture, shared] = [camera.state.value, screen.state.value];
    const sources = {
      camera: { track: picture.name === 'on' ? picture.track : null, paused: false },
      microphone: { track: sound.track.value, paused: sound.silent.value },
      screen: { track: shared.name === 'on' ? shared.video : null, paused: false },
      playback: { track: this.files.file.value?.video?.audio ?? null, paused: false },
    };
    untracked(() => {
      for (const source of ['camera', 'microphone', 'screen', 'playback'] as const)
        this.link.send(source, sources[source]).catch(() => {
          // The connection broke. The link sends the source again after it has reconnected.
        });
    });
  }

  #mixPeople(): void {
    const isSharing = this.#options.capture.screen.state.value.name === 'on';
    const host = { name: this.#options.hostName, isSharing, played: this.files.shown.value };
    this.mix.setTiles(tilesOf(host, this.guests.value));
  }

  /**
   * Sets the guests' volumes. Guests in the green room are only measured; neither viewers nor the
   * host hear them.
   */
  #setVolumes(): void {
    const { mix } = this;
    for (const { id, place } of this.guests.value) {
      const volume = this.volumeOf(id);
      const isHeard = place === 'on-stage';
      mix.setMuted(id, !isHeard);
      mix.setVolume(id, volume);
      mix.setHeardVolume(id, isHeard ? Math.min(1, volume) : 0);
    }
  }

  /** Receives each camera in the layer that fits its tile, which saves decoding. */
  #chooseLayers(): void {
    const guests = this.guests.value;
    const onStage = guests.filter(({ place }) => place === 'on-stage').length;
    for (const { id, place } of guests) {
      const camera = trackOf(this.link.tracks.value, id, 'camera');
      if (camera === null || camera.layers < 2) continue;
      const layer = layerFor(place, { layers: camera.layers, onStage });
      if (this.#layers.get(camera.consumerId) === layer) continue;
      this.#layers.set(camera.consumerId, layer);
      this.link.preferLayer(camera.consumerId, layer);
    }
  }

  #showScene(): void {
    const scene = this.scenes.shown.value;
    const fills = this.files.shown.value?.fills ?? false;
    const id = fills ? PLAYED : scene.id;
    // Editing the scene that viewers see is not a switch to another scene.
    this.mix.setScene(fills ? { ...scene, ...FILLED } : scene, {
      cut: this.#shownId === id || this.#shownId === null,
    });
    this.#shownId = id;
  }
}

async function save(channel: string, list: SceneList): Promise<void> {
  try {
    await stageApi.saveScenes(channel, list);
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    toast({ text: `Scenes not saved. ${error.message}`, tone: 'danger' });
  }
}
