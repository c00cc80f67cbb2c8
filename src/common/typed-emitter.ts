import { EventEmitter } from 'node:events';

/** Maps the names of events to their arguments. */
type EventMap<Events> = Record<keyof Events, unknown[]>;

/**
 * The public side of an emitter, which can only be listened to. Only the emitter's owner can emit.
 */
export interface Listenable<Events extends EventMap<Events>> {
  /** Listens until the returned function is called. */
  on<Name extends keyof Events & string>(
    name: Name,
    listener: (...args: Events[Name]) => void,
  ): () => void;
  /** Resolves with the arguments of the next event of that name. */
  once<Name extends keyof Events & string>(name: Name): Promise<Events[Name]>;
}

/** The event map of an owner's `events`. */
export type EventsOf<Owner> = Owner extends { readonly events: Listenable<infer Events> }
  ? Events
  : never;

/**
 * Node's emitter with a checked event map (`{ name: [argument, ...] }`). The owner keeps the
 * emitter private, emits facts in the past tense, and exposes {@link listenable} to others.
 */
export class TypedEmitter<Events extends EventMap<Events>> implements Listenable<Events> {
  readonly #emitter = new EventEmitter();

  /** The public side of this emitter. */
  get listenable(): Listenable<Events> {
    return this;
  }

  /** Listens until the returned function is called. */
  on<Name extends keyof Events & string>(
    name: Name,
    listener: (...args: Events[Name]) => void,
  ): () => void {
    const untyped = listener as (...args: unknown[]) => void;
    this.#emitter.on(name, untyped);
    return () => void this.#emitter.off(name, untyped);
  }

  /** Resolves with the arguments of the next event of that name. */
  async once<Name extends keyof Events & string>(name: Name): Promise<Events[Name]> {
    const { promise, resolve } = Promise.withResolvers<Events[Name]>();
    const off = this.on(name, (...args) => {
      off();
      resolve(args);
    });
    return promise;
  }

  emit<Name extends keyof Events & string>(name: Name, ...args: Events[Name]): void {
    this.#emitter.emit(name, ...args);
  }

  /** Removes all listeners. Must be called in the owner's `close`. */
  clear(): void {
    this.#emitter.removeAllListeners();
  }
}
