import type { types } from 'mediasoup';

/**
 * Combines the traces that a producer's observers need, because mediasoup expects the complete list
 * at each change.
 */
export class ProducerTraces {
  readonly #producer: types.Producer;
  readonly #wanted = new Map<types.ProducerTraceEventType, number>();

  constructor(producer: types.Producer) {
    this.#producer = producer;
  }

  /** Traces events of this type until the returned function is called. */
  want(type: types.ProducerTraceEventType): () => void {
    this.#add(type, 1);
    let isWanted = true;
    return () => {
      if (isWanted) this.#add(type, -1);
      isWanted = false;
    };
  }

  #add(type: types.ProducerTraceEventType, change: 1 | -1): void {
    const before = this.#wanted.get(type) ?? 0;
    this.#wanted.set(type, before + change);
    if (before > 0 === before + change > 0) return;
    const types = [...this.#wanted].filter(([, count]) => count > 0).map(([one]) => one);
    this.#producer.enableTraceEvent(types).catch(() => {
      // The producer was closed in the meantime, so there is nothing to trace.
    });
  }
}
