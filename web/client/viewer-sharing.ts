import { computed, type ReadonlySignal, type Signal, signal } from '@preact/signals-core';
import type { Sharing, SharingSettings } from '../../src/protocol/sharing.js';
import type { Connection } from './connection.js';
import { sharingApi } from './sharing-api.js';
import { keepSharingChoice, readSharingChoice, type SharingChoice } from './sharing-choice.js';

type Options = {
  connection: Pick<Connection, 'on' | 'onOnline'>;
  channel: string;
  /** As embedded in the page; null if unknown. */
  settings: SharingSettings | null;
};

/** Whether a viewer shares media with others: the owner's settings and the viewer's choice. */
export class ViewerSharing {
  readonly #channel: string;
  readonly #settings: Signal<SharingSettings | null>;
  readonly #choice: Signal<SharingChoice>;
  readonly #version = signal(0);
  readonly #lacksSwarm = signal(false);
  readonly #offs: (() => void)[];

  readonly choice: ReadonlySignal<SharingChoice>;
  /** Whether the owner lets viewers share, this one hasn't declined, and this node has swarms. */
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
      // Changes during an interruption were not announced to this page.
      connection.onOnline(() => (this.#version.value += 1)),
    ];
  }

  /**
   * Returns whether viewers who arrive share, unless they have declined.
   * @param viewers as the server counts them, which may not include this one yet
   */
  isOffered(viewers: number): boolean {
    const settings = this.#settings.value;
    return settings !== null && settings.enabled && Math.max(1, viewers) > settings.liveAbove;
  }

  /** Requests what is needed to share now. */
  async fetch(): Promise<Sharing> {
    const sharing = await sharingApi.get(this.#channel);
    this.#settings.value = sharing.settings;
    return sharing;
  }

  /** Records that this node has no swarm for what is played, so that only the latency would be left. */
  lackSwarm(): void {
    this.#lacksSwarm.value = true;
  }

  /** Stores the viewer's choice. Both imply that they know what others see. */
  choose(choice: 'informed' | 'declined'): void {
    this.#choice.value = choice;
    keepSharingChoice(choice);
  }

  close(): void {
    for (const off of this.#offs) off();
  }
}
