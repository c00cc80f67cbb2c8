import type { VideoConfig } from '../codecs/codec-config.js';
import { equalBytes } from '../codecs/equal-bytes.js';
import { UnitAssembly } from './unit-assembly.js';
import type { PayloadFormat, PayloadResult } from './video-depacketizer.js';
import { vp9Config } from '../codecs/vp9-config.js';
import { parseVp9FrameHeader, type Vp9KeyFrame } from '../codecs/vp9-frame-header.js';
import { parseVp9PayloadDescriptor } from './vp9-payload-descriptor.js';

type Content = { keyFrame: boolean; data: Uint8Array; config: VideoConfig };

/**
 * VP9 in RTP (RFC 9628), with or without flexible mode. If there are several spatial layers, only
 * the lowest is used, because any decoder can play it. Using all of them would require superframes
 * with hidden lower frames, and senders don't send layers that way. Onair's own publishers send one
 * spatial layer. All temporal layers are used.
 */
export class Vp9Format implements PayloadFormat<Content> {
  /** RFC 9628 4.2: E must be set on the last packet of a layer's frame. */
  readonly endIsMarked = true;
  readonly #assembly = new UnitAssembly();
  #interPredicted = false;
  #config: VideoConfig | null = null;

  beginsUnit(payload: Uint8Array): boolean {
    const descriptor = parseVp9PayloadDescriptor(payload);
    return descriptor !== null && descriptor.beginsFrame && descriptor.spatialLayer === 0;
  }

  add(payload: Uint8Array): PayloadResult {
    const descriptor = parseVp9PayloadDescriptor(payload);
    if (descriptor === null) return 'damaged';
    if (descriptor.spatialLayer > 0) return 'more';
    if (descriptor.beginsFrame !== (this.#assembly.end === 0)) return 'damaged';
    if (descriptor.beginsFrame) this.#interPredicted = descriptor.interPredicted;
    this.#assembly.add(payload.subarray(descriptor.length));
    if (this.#assembly.overflowed) return 'damaged';
    return descriptor.endsFrame ? 'unit-complete' : 'more';
  }

  content(): Content | null | 'damaged' {
    if (this.#assembly.end === 0) return null;
    const data = this.#assembly.take();
    const header = parseVp9FrameHeader(data);
    if (header === null) return 'damaged';
    // FFmpeg never sets P, so a cleared P bit alone doesn't indicate a key frame.
    const keyFrame = header !== 'inter' && !this.#interPredicted;
    if (keyFrame) this.#useConfig(header);
    return this.#config === null ? 'damaged' : { keyFrame, data, config: this.#config };
  }

  discard(): void {
    this.#assembly.clear();
  }

  #useConfig(frame: Vp9KeyFrame): void {
    const config = vp9Config(frame);
    const current = this.#config;
    const isSame =
      current !== null &&
      current.width === config.width &&
      current.height === config.height &&
      equalBytes(current.record, config.record);
    if (!isSame) this.#config = config;
  }
}
