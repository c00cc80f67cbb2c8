import { type ReadonlySignal, signal } from '@preact/signals';
import type { ChannelView } from '../../../../src/protocol/channel.js';
import { api } from '../../../client/api.js';

const STORAGE_KEY = 'onair.studio.channel';

/** The user's channels, and the one that the studio shows. */
export class OwnChannels {
  readonly #owner: string;
  readonly #all = signal<readonly ChannelView[] | null>(null);
  readonly #chosen = signal<ChannelView | null>(null);
  #renaming: Promise<void> = Promise.resolve();

  constructor(owner: string) {
    this.#owner = owner;
  }

  /** The channels; null until they are loaded. */
  get all(): ReadonlySignal<readonly ChannelView[] | null> {
    return this.#all;
  }

  /**
   * The channel that the studio shows; null until the channels are loaded, or if the user has none.
   */
  get chosen(): ReadonlySignal<ChannelView | null> {
    return this.#chosen;
  }

  /**
   * Loads the channels and selects the requested one or, failing that, a live one, the last
   * visit's, or the first. Throws `RequestError`.
   */
  async load(wanted: string | null): Promise<void> {
    const all = await api.channelsOf(this.#owner);
    this.#all.value = all;
    const named = (name: string | null): ChannelView | undefined =>
      all.find((channel) => channel.name === name);
    this.#chosen.value =
      named(wanted) ??
      all.find(({ broadcast }) => broadcast !== null) ??
      named(localStorage.getItem(STORAGE_KEY)) ??
      all[0] ??
      null;
  }

  choose(name: string): void {
    const channel = this.#all.value?.find((candidate) => candidate.name === name);
    if (channel === undefined) return;
    this.#chosen.value = channel;
    localStorage.setItem(STORAGE_KEY, name);
  }

  /** Creates a channel and selects it. Throws `RequestError`. */
  async create(name: string, title: string): Promise<void> {
    this.#put(await api.createChannel(name, title));
    this.choose(name);
  }

  /** Renames the selected channel and its current broadcast. Throws `RequestError`. */
  async rename(title: string): Promise<void> {
    const channel = this.#chosen.value;
    if (channel === null || channel.title === title) return;
    const renaming = api.changeChannel(channel.name, title).then((view) => this.#put(view));
    this.#renaming = renaming;
    await renaming;
  }

  /** Resolves when no title is being saved. */
  async settled(): Promise<void> {
    // The caller of `rename` receives the error.
    await this.#renaming.catch(() => undefined);
  }

  /** Reloads the selected channel. Throws `RequestError`. */
  async refresh(): Promise<void> {
    const channel = this.#chosen.value;
    if (channel !== null) this.#put(await api.channel(channel.name));
  }

  #put(channel: ChannelView): void {
    const others = (this.#all.value ?? []).filter(({ name }) => name !== channel.name);
    this.#all.value = [...others, channel].toSorted((a, b) => a.name.localeCompare(b.name));
    if (this.#chosen.value?.name === channel.name) this.#chosen.value = channel;
  }
}
