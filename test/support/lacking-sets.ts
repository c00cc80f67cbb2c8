/**
 * How H.264 parameter sets reach the server: before each key frame, in the offer only, once, or not
 * at all.
 */
export type SetsSent = 'each' | 'offer' | 'once' | 'never';

const HEADER_BYTES = 12;
const [SPS, PPS, STAP_A] = [7, 8, 24];

/**
 * Removes the parameter sets from H.264 RTP packets (modes 0 and 1) and renumbers the remaining
 * packets without gaps. The packets must have no header extensions; FFmpeg's have none.
 */
export class LackingSets {
  readonly #sent: SetsSent;
  readonly #sets = new Map<number, Buffer>();
  #left = 0;
  /** The RTP time of the picture that keeps its parameter sets; null if none has kept them yet. */
  #keptTime: number | null = null;

  constructor(sent: SetsSent) {
    this.#sent = sent;
  }

  /** The parameter sets in the form of `sprop-parameter-sets`; null until they have arrived. */
  get sprop(): string | null {
    const [sps, pps] = [this.#sets.get(SPS), this.#sets.get(PPS)];
    return sps && pps ? `${sps.toString('base64')},${pps.toString('base64')}` : null;
  }

  /** Returns the packet to send instead, or null to send nothing. */
  take(packet: Buffer, isConnected: boolean): Buffer | null {
    const units = unitsOf(packet.subarray(HEADER_BYTES));
    for (const unit of units) if (isSet(unit)) this.#sets.set(unit.readUInt8(0) & 0x1f, unit);
    const time = packet.readUInt32BE(4);
    if (this.#sent === 'once' && this.#keptTime === null) {
      if (!isConnected || !units.some(isSet)) return null;
      this.#keptTime = time;
    }
    const keeps = this.#sent === 'each' || time === this.#keptTime;
    const left = keeps ? units : units.filter((unit) => !isSet(unit));
    if (units.length > 0 && left.length === 0) {
      this.#left += 1;
      return null;
    }
    const payload = left.length === units.length ? packet.subarray(HEADER_BYTES) : aggregated(left);
    const sent = Buffer.concat([packet.subarray(0, HEADER_BYTES), payload]);
    sent.writeUInt16BE((packet.readUInt16BE(2) - this.#left) & 0xffff, 2);
    return sent;
  }
}

const isSet = (unit: Buffer): boolean => [SPS, PPS].includes(unit.readUInt8(0) & 0x1f);

/** Returns the complete units in a payload; none for fragments. */
function unitsOf(payload: Buffer): Buffer[] {
  const type = payload.readUInt8(0) & 0x1f;
  if (type < STAP_A) return [payload];
  const units: Buffer[] = [];
  if (type === STAP_A)
    for (let at = 1; at < payload.length; at += 2 + payload.readUInt16BE(at))
      units.push(payload.subarray(at + 2, at + 2 + payload.readUInt16BE(at)));
  return units;
}

function aggregated(units: readonly Buffer[]): Buffer {
  const parts = units.flatMap((unit) => [
    Buffer.from([unit.length >> 8, unit.length & 0xff]),
    unit,
  ]);
  return Buffer.concat([Buffer.from([0x78]), ...parts]);
}
