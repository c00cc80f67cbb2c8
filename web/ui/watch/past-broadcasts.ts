import { signal } from '@preact/signals';
import type { BroadcastView } from '../../../src/protocol/broadcast.js';
import { api } from '../../client/api.js';

const SHOWN_MAX = 5;

/** A channel's newest ended broadcasts; null until they are known, which may be never. */
export function pastBroadcasts(name: string) {
  const list = signal<readonly BroadcastView[] | null>(null);
  async function load(): Promise<void> {
    const all = await api.broadcasts(name);
    list.value = all.filter(({ endedAt }) => endedAt !== null).slice(0, SHOWN_MAX);
  }
  // They are an extra: without them the page shows the rest.
  load().catch(() => undefined);
  return list;
}
