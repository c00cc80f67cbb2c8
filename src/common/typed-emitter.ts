import { EventEmitter } from 'node:events';

/**
 * Node's emitter with a checked event map (`{ name: [argument, ...] }`), kept inside its owner: the
 * owner emits facts in the past tense, others only listen.
 */
export class TypedEmitter<Events extends Record<keyof Events, unknown[]>> {
  readonly #emitter = new EventEmitter();

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

  /** Drops all listeners: for the owner's close. */
  clear(): void {
    this.#emitter.removeAllListeners();
  }
}
