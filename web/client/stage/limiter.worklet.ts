import { Limiter } from './limiter.js';

/**
 * The interfaces of AudioWorkletGlobalScope that this module uses, which TypeScript's DOM library
 * lacks.
 */
declare const sampleRate: number;
declare class AudioWorkletProcessor {
  readonly port: MessagePort;
}
declare function registerProcessor(name: string, processor: typeof AudioWorkletProcessor): void;

/** 1 dB below full scale, because encoders overshoot slightly. */
const CEILING = 0.89;

/** Limits its only input. */
class LimiterProcessor extends AudioWorkletProcessor {
  readonly #limiter = new Limiter({ sampleRate, ceiling: CEILING });

  process(inputs: readonly Float32Array[][], outputs: readonly Float32Array[][]): boolean {
    this.#limiter.process(inputs[0] ?? [], outputs[0] ?? []);
    return true;
  }
}

registerProcessor('limiter', LimiterProcessor);
