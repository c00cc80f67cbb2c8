import { computed, type ReadonlySignal, type Signal, signal } from '@preact/signals-core';
import type { Sharing, SharingSettings } from '../../src/protocol/sharing.js';
import type { Connection } from './connection.js';
import { sharingApi } from './sharing-api.js';
import { keepSharingChoice, readSharingChoice, type SharingChoice } from './sharing-choice.js';

type Options = {
  connection: Pick<Connection, 'on' | 'onOnline'>;
  channel: string;
  /** The settings embedded in the page; null if unknown. */
  settings: SharingSettings | null;
};

/**
 * Decides whether a viewer shares media with others, from the owner's settings and the viewer's
 * choice.
 */
export class ViewerSharing {
  readonly #channel: string;
  readonly #settings: Signal<SharingSettings | null>;
  readonly #choice: Signal<SharingChoice>;
  readonly #version = signal(0);
  readonly #lacksSwarm = signal(false);
  readonly #offs: (() => void)[];

  readonly choice: ReadonlySignal<SharingChoice>;
  /**
   * Whether the owner lets viewers share, this viewer hasn't declined, and the node has a swarm.
   */
  readonly isAllowed: ReadonlySignal<boolean>;
  /** Whether the owner lets viewers share. */
  readonly isEnabled: ReadonlySignal<boolean>;
  /** Increases whenever {@link fetch} may return something else. */
  readonly version: ReadonlySignal<number> = this.#version;

  constructor({ connection, channel, settings }: Options) {
    this.#channel = channel;
    this.#settings = signal(settings);
    this.choice = this.#choice = signal(readSharingChoice());
    this.isEnabled = computed(() => this.#settings.value?.enabled === true);
    this.isAllowed = computed(
      () => this.isEnabled.value && !this.#lacksSwarm.value && this.#choice.value !== 'declined',
    );
    this.#offs = [
      connection.on('channel:sharing', (changed) => {
        if (changed.channel !== channel) return;
        this.#settings.value = changed.settings;
        this.#lacksSwarm.value = false;
        this.#version.value += 1;
      }),
      // This page isn't notified of changes while it is disconnected.
      connection.onOnline(() => (this.#version.value += 1)),
    ];
  }

  /**
   * Returns whether arriving viewers share, unless they have declined.
   * @param viewers as the server counts them, which may not include this one yet
   */
  isOffered(viewers: number): boolean {
    const settings = this.#settings.value;
    return settings !== null && settings.enabled && Math.max(1, viewers) > settings.liveAbove;
  }

  /** Requests the current settings, swarms and tracker. */
  async fetch(): Promise<Sharing> {
    const sharing = await sharingApi.get(this.#channel);
    this.#settings.value = sharing.settings;
    return sharing;
  }

  /** Records that this node has no swarm for the run, so sharing would only add latency. */
  lackSwarm(): void {
    this.#lacksSwarm.value = true;
  }

  /** Stores the viewer's choice. Either choice implies that they know what others can see. */
  choose(choice: 'informed' | 'declined'): void {
    this.#choice.value = choice;
    keepSharingChoice(choice);
  }

  close(): void {
    for (const off of this.#offs) off();
  }
}
