import { computed, effect, type ReadonlySignal, signal } from '@preact/signals';
import type { BroadcastView } from '../../../../src/protocol/broadcast.js';
import { api } from '../../../client/api.js';
import { Chat } from '../../../client/chat.js';
import type { Connection } from '../../../client/connection.js';
import type { OwnChannels } from './own-channels.js';

/** The selected channel's chat. It is replaced when another channel is selected. */
export class ChannelChat {
  readonly #current = signal<Chat | null>(null);

  constructor(connection: Connection, channels: OwnChannels) {
    const name = computed(() => channels.chosen.value?.name ?? null);
    effect(() => {
      if (name.value === null) return undefined;
      const chat = new Chat({ connection, channel: name.value });
      this.#current.value = chat;
      return () => chat.close();
    });
  }

  /** The chat; null while no channel is selected. */
  get current(): ReadonlySignal<Chat | null> {
    return this.#current;
  }

  /** The seq of the newest message; 0 if there is none. */
  get lastSeq(): number {
    return this.#current.value?.messages.value.at(-1)?.seq ?? 0;
  }
}

/**
 * Counts the messages of a broadcast that has just ended. Messages are numbered without gaps, so
 * the first and last seq are enough. Throws `RequestError`.
 */
export async function countMessages(
  broadcastId: BroadcastView['id'],
  lastSeq: number,
): Promise<number> {
  const { messages } = await api.broadcastChat(broadcastId, { limit: 1 });
  const first = messages[0];
  return first === undefined ? 0 : Math.max(1, lastSeq - first.seq + 1);
}
