import { z } from 'zod';
import type { NodeId } from './cluster.js';
import { MESSAGE_MAX } from './bus.js';

/** The topic on which a node reports that its messages were lost. */
export const GAP_TOPIC = 'gap';

const Frame = z.object({ from: z.string(), topic: z.string(), message: z.unknown() });

/**
 * Writes a message and its sender as JSON.
 * @throws {RangeError} if the message is too long
 */
export function writeFrame(from: NodeId, topic: string, message: unknown): string {
  const text = JSON.stringify({ from, topic, message });
  if (Buffer.byteLength(text) > MESSAGE_MAX)
    throw new RangeError(`a message on ${topic} is longer than ${MESSAGE_MAX} bytes`);
  return text;
}

/** Returns null for text that no node wrote, such as a manual NOTIFY. */
export function readFrame(text: string): z.output<typeof Frame> | null {
  try {
    return Frame.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}

/** The listeners of a bus, by topic, and its gap listeners. */
export class BusListeners {
  readonly #byTopic = new Map<string, Set<(message: unknown) => void>>();
  readonly #toGaps = new Set<() => void>();

  on(topic: string, listener: (message: unknown) => void): () => void {
    const listeners = this.#byTopic.get(topic) ?? new Set();
    this.#byTopic.set(topic, listeners.add(listener));
    return () => void listeners.delete(listener);
  }

  onGap(listener: () => void): () => void {
    this.#toGaps.add(listener);
    return () => void this.#toGaps.delete(listener);
  }

  /** Passes on a frame, unless it is malformed or from this node. */
  receive(text: string, self: NodeId): void {
    const frame = readFrame(text);
    if (frame === null || frame.from === self) return;
    if (frame.topic === GAP_TOPIC) return this.gap();
    for (const listener of this.#byTopic.get(frame.topic) ?? []) listener(frame.message);
  }

  gap(): void {
    for (const listener of this.#toGaps) listener();
  }
}
