import { signal } from '@preact/signals';
import type { ChannelView } from '../../../src/protocol/channel.js';
import { api } from '../../client/api.js';
import { RequestError } from '../../client/request-error.js';

export type OwnChannelsState =
  | { name: 'loading' }
  | { name: 'loaded'; channels: readonly ChannelView[] }
  | { name: 'failed'; message: string };

/** An account's channels. Failed changes throw `RequestError` and leave the list unchanged. */
export class OwnChannels {
  readonly state = signal<OwnChannelsState>({ name: 'loading' });
  readonly #owner: string;

  constructor(owner: string) {
    this.#owner = owner;
    void this.load();
  }

  /** Loads the channels. Never throws; errors are reported in `state`. */
  async load(): Promise<void> {
    this.state.value = { name: 'loading' };
    try {
      const channels = (await api.channelsOf(this.#owner)).toSorted((a, b) =>
        a.createdAt.localeCompare(b.createdAt),
      );
      this.state.value = { name: 'loaded', channels };
    } catch (error) {
      const message = error instanceof RequestError ? error.message : String(error);
      this.state.value = { name: 'failed', message };
    }
  }

  async create(name: string, title: string): Promise<void> {
    const created = await api.createChannel(name, title);
    this.#change((channels) => [...channels, created]);
  }

  async rename(name: string, title: string): Promise<void> {
    const changed = await api.changeChannel(name, title);
    this.#change((channels) => channels.map((one) => (one.name === name ? changed : one)));
  }

  async delete(name: string): Promise<void> {
    await api.deleteChannel(name);
    this.#change((channels) => channels.filter((one) => one.name !== name));
  }

  #change(next: (channels: readonly ChannelView[]) => readonly ChannelView[]): void {
    const state = this.state.value;
    if (state.name === 'loaded') {
      this.state.value = { name: 'loaded', channels: next(state.channels) };
    }
  }
}
