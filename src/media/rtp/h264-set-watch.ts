import { isFirstSlice, NAL, slicePpsId } from '../codecs/h264-nal.js';
import { h264Beginnings } from './h264-payload.js';
import type { H264SetStore } from './h264-set-store.js';
import type { RtpPacket } from './rtp-packet.js';

/**
 * Detects the IDR pictures of one stream that arrive without parameter sets, and stores all sets
 * that arrive.
 */
export class H264SetWatch {
  readonly #store: H264SetStore;
  /** Whether sets arrived since the last slice. */
  #sps = false;
  #pps = false;
  #idrTime: number | null = null;

  constructor(store: H264SetStore) {
    this.#store = store;
  }

  /**
   * Handles the next packet. If it begins an IDR picture that isn't preceded by its parameter sets,
   * returns these (an empty list if they are unknown); otherwise returns null.
   */
  push({ payload, rtpTime }: Pick<RtpPacket, 'payload' | 'rtpTime'>): Uint8Array[] | null {
    let lacking: Uint8Array[] | null = null;
    for (const { type, bytes, whole } of h264Beginnings(payload)) {
      if (whole) this.#store.put(bytes);
      if (type === NAL.sps) this.#sps = true;
      else if (type === NAL.pps) this.#pps = true;
      else if (type >= NAL.slice && type <= NAL.idrSlice) {
        // If the first slice was lost, inserting sets before a later slice would make the picture
        // look complete.
        const begins = type === NAL.idrSlice && rtpTime !== this.#idrTime && isFirstSlice(bytes);
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
