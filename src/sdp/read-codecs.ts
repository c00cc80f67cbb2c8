import type { ParsedSection } from './parsed-session.js';

/** The maximum number of codecs per section; further ones are ignored. Chromium lists about 40. */
const CODECS_MAX = 100;
const FEEDBACK_MAX = 20;
const FMTP_MAX = 40;

/** Format parameters (`a=fmtp`) by name; plain integers are numbers. */
export type FormatParameters = Readonly<Record<string, string | number>>;

/** One codec of a section. */
export type OfferedCodec = Readonly<{
  payloadType: number;
  /** The lowercase name, such as `h264`. */
  name: string;
  clockRate: number;
  channels: number;
  parameters: FormatParameters;
  feedback: readonly Readonly<{ type: string; parameter?: string }>[];
  /** The payload type of the codec's retransmissions (RFC 4588); null if not offered. */
  rtxPayloadType: number | null;
}>;

/**
 * Returns the codecs of a section in the order of its `m=` line, which is the offerer's preference
 * (RFC 3264, section 5.1).
 */
export function readCodecs(section: ParsedSection): OfferedCodec[] {
  const maps = new Map(section.rtp.map((map) => [map.payload, map]));
  const repeats = rtxOf(section);
  const seen = new Set<number>();
  const codecs: OfferedCodec[] = [];
  for (const payloadType of payloadTypes(section)) {
    const map = maps.get(payloadType);
    if (!map || seen.has(payloadType)) continue;
    seen.add(payloadType);
    const name = map.codec.toLowerCase();
    if (name === 'rtx' || map.rate === 0) continue;
    codecs.push({
      payloadType,
      name,
      clockRate: map.rate,
      channels: Math.max(1, map.encoding ?? 1),
      parameters: parametersOf(section, payloadType),
      feedback: feedbackOf(section, payloadType),
      rtxPayloadType: repeats.get(payloadType) ?? null,
    });
  }
  return codecs;
}

function payloadTypes({ payloads = '' }: ParsedSection): number[] {
  return payloads
    .split(' ')
    .slice(0, CODECS_MAX)
    .filter((text) => /^\d{1,3}$/.test(text))
    .map(Number)
    .filter((payloadType) => payloadType <= 127);
}

/** Maps payload types to the payload types of their retransmissions. */
function rtxOf(section: ParsedSection): Map<number, number> {
  const listed = new Set(payloadTypes(section));
  const repeats = new Map<number, number>();
  for (const { payload, codec } of section.rtp) {
    if (codec.toLowerCase() !== 'rtx' || !listed.has(payload)) continue;
    const { apt } = parametersOf(section, payload);
    if (typeof apt === 'number' && !repeats.has(apt)) repeats.set(apt, payload);
  }
  return repeats;
}

/**
 * Reads format parameters. Only plain decimal integers become numbers, and never a
 * `profile-level-id`, which can look like one but is hexadecimal.
 */
function parametersOf({ fmtp }: ParsedSection, payloadType: number): FormatParameters {
  const parameters: Record<string, string | number> = {};
  const config = fmtp.find(({ payload }) => payload === payloadType)?.config ?? '';
  for (const entry of config.split(';').slice(0, FMTP_MAX)) {
    const [, key, value] = /^\s*([^\s=]{1,100})(?:=(.{0,2000}?))?\s*$/.exec(entry) ?? [];
    if (key === undefined || key === '__proto__') continue;
    const name = key.toLowerCase();
    const isNumber = name !== 'profile-level-id' && /^(?:0|[1-9]\d{0,8})$/.test(value ?? '');
    parameters[name] = isNumber ? Number(value) : (value ?? '');
  }
  return parameters;
}

function feedbackOf({ rtcpFb }: ParsedSection, payloadType: number): OfferedCodec['feedback'] {
  return rtcpFb
    .filter(({ payload }) => payload === '*' || Number(payload) === payloadType)
    .slice(0, FEEDBACK_MAX)
    .map(({ type, subtype }) => ({
      type,
      ...(subtype === undefined ? {} : { parameter: subtype }),
    }));
}
