import { NAL, slicePpsId } from '../codecs/h264-nal.js';
import { h264Beginnings } from './h264-payload.js';
import type { H264SetStore } from './h264-set-store.js';
import type { RtpPacket } from './rtp-packet.js';

/** Sees which IDR pictures of one stream come without parameter sets of their own. Puts the sets that come into a store. */
export class H264SetWatch {
  readonly #store: H264SetStore;
  /** Sets that came since the last slice. */
  #sps = false;
  #pps = false;
  #idrTime: number | null = null;

  constructor(store: H264SetStore) {
    this.#store = store;
  }

  /**
   * Takes the next packet. Gives the sets that it lacks, where it begins an IDR picture that has none before it;
   * empty where they aren't known. null: it lacks nothing.
   */
  push({ payload, rtpTime }: Pick<RtpPacket, 'payload' | 'rtpTime'>): Uint8Array[] | null {
    let lacking: Uint8Array[] | null = null;
    for (const { type, bytes, whole } of h264Beginnings(payload)) {
      if (whole) this.#store.put(bytes);
      if (type === NAL.sps) this.#sps = true;
      else if (type === NAL.pps) this.#pps = true;
      else if (type >= NAL.slice && type <= NAL.idrSlice) {
        const begins = type === NAL.idrSlice && rtpTime !== this.#idrTime;
        if (begins && !(this.#sps && this.#pps))
          lacking ??= this.#store.setsFor(slicePpsId(bytes) ?? -1);
        if (type === NAL.idrSlice) this.#idrTime = rtpTime;
        this.#sps = false;
        this.#pps = false;
      }
    }
    return lacking;
  }
}
