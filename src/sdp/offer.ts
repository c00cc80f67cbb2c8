import { DtlsParameters, type MediaKind } from '../protocol/rtc.js';
import { type ParsedSection, type ParsedSession, parseSession } from './parsed-session.js';
import { type OfferedCodec, readCodecs } from './read-codecs.js';
import { type OfferedLayer, readLayers } from './read-layers.js';
import { SdpError } from './sdp-error.js';

/** Matches values that the answer repeats verbatim. */
const TOKEN = /^[\w.+/=-]{1,256}$/;

/** A direction (RFC 3264, section 6.1), from the offerer's point of view. */
export type Direction = 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive';

/** An RTP header extension of an offer. */
export type OfferedExtension = Readonly<{ id: number; uri: string }>;

/** A media section (`m=`) of an offer. The answer contains one for each, in the same order. */
export type OfferedSection = Readonly<{
  mid: string;
  /** `other` for data channels and other non-media sections. */
  kind: MediaKind | 'other';
  /** The fields of the `m=` line, for an answer that rejects the section. */
  type: string;
  protocol: string;
  payloads: string;
  direction: Direction;
  /**
   * Whether the offerer doesn't want the section, which it indicates by port 0 without
   * `bundle-only` (RFC 3264, section 5.1; RFC 9143, section 6).
   */
  disabled: boolean;
  codecs: readonly OfferedCodec[];
  extensions: readonly OfferedExtension[];
  /** The simulcast layers in the offer's order; empty without simulcast. */
  layers: readonly OfferedLayer[];
  /** The signaled SSRCs, except those of retransmissions (FID). */
  ssrcs: readonly Readonly<{ ssrc: number; rtxSsrc: number | null }>[];
  cname: string | null;
  msid: string | null;
  extmapAllowMixed: boolean;
}>;

/** A validated offer. All lists in an offer are bounded. */
export type Offer = Readonly<{
  ice: Readonly<{ usernameFragment: string; password: string }>;
  /** The offerer's DTLS role and fingerprints; the role is `auto` if the answerer can choose. */
  dtls: DtlsParameters;
  sections: readonly OfferedSection[];
  /** Whether all enabled sections share one transport (RFC 9143). */
  bundled: boolean;
  extmapAllowMixed: boolean;
  /** Whether the offer is from libwebrtc, that is, from a browser or an application built on it. */
  byLibwebrtc: boolean;
}>;

/**
 * Parses an offer (RFC 8866, RFC 9429).
 * @throws {SdpError} `malformed`, with a message that says what is missing or invalid
 */
export function readOffer(text: string): Offer {
  const session = parseSession(text);
  const sections = session.media.map((media, index) => readSection(session, media, index));
  if (new Set(sections.map(({ mid }) => mid)).size !== sections.length)
    throw SdpError.malformed('Two sections of the SDP have the same a=mid.');
  const wanted = sections.filter(({ disabled }) => !disabled);
  const first = session.media.find((_, index) => sections[index]?.disabled === false);
  return {
    ice: readIce(session, first),
    dtls: readDtls(session, first),
    sections,
    bundled: isBundled(session, wanted),
    extmapAllowMixed: session.extmapAllowMixed !== undefined,
    byLibwebrtc: isByLibwebrtc(session),
  };
}

/**
 * Recognizes libwebrtc by the `o=` line, in which the username is "-" and the address 127.0.0.1, or
 * the username is "mozilla…" in Firefox. Others use 0.0.0.0 (GStreamer, aiortc, pion) or their own
 * name (FFmpeg, libdatachannel).
 */
function isByLibwebrtc({ origin }: ParsedSession): boolean {
  if (origin === undefined) return false;
  const { username, address } = origin;
  return username.startsWith('mozilla') || (username === '-' && address === '127.0.0.1');
}

function readSection(session: ParsedSession, media: ParsedSection, index: number): OfferedSection {
  const { type, protocol, payloads = '', mid = String(index) } = media;
  const kind = type === 'audio' || type === 'video' ? type : 'other';
  if (!/^[\w.+-]{1,32}$/.test(mid))
    throw SdpError.malformed(`Section ${index + 1} has an invalid a=mid.`);
  if (kind !== 'other' && !/^(?:UDP|TCP)\/TLS\/RTP\/SAVPF?$/.test(protocol))
    throw SdpError.malformed(
      `Section ${mid} can’t be used with WebRTC: ${protocol} is not DTLS-SRTP.`,
    );
  return {
    mid,
    kind,
    type,
    protocol,
    payloads: /^[\w .-]{1,600}$/.test(payloads) ? payloads : '0',
    // A section inherits the session's direction; the default is sendrecv (RFC 8866, section 6.7).
    direction: media.direction ?? session.direction ?? 'sendrecv',
    disabled: media.port === 0 && media.bundleOnly === undefined,
    codecs: kind === 'other' ? [] : readCodecs(media),
    extensions: readExtensions(media),
    layers: readLayers(media),
    ...readSources(media),
    extmapAllowMixed: media.extmapAllowMixed !== undefined,
  };
}

function readExtensions({ ext }: ParsedSection): OfferedExtension[] {
  const byId = new Map<number, OfferedExtension>();
  for (const { value: id, uri, direction, 'encrypt-uri': encrypted } of ext) {
    // Encrypted extensions (RFC 6904) are not supported. Ids are 1 to 255 (RFC 8285, section 4).
    if (encrypted !== undefined || id < 1 || id > 255 || direction === 'inactive') continue;
    if (/^[\x21-\x7e]{1,200}$/.test(uri) && !byId.has(id)) byId.set(id, { id, uri });
  }
  return [...byId.values()];
}

/**
 * The maximum number of SSRCs, which is the same as for layers, because no publisher has more
 * streams in one section.
 */
const SOURCES_MAX = 4;

function readSources({
  ssrcs,
  ssrcGroups,
  msid,
}: ParsedSection): Pick<OfferedSection, 'ssrcs' | 'cname' | 'msid'> {
  const rtxOf = new Map<number, number>();
  for (const { semantics, ssrcs: pair } of ssrcGroups) {
    const [ssrc, rtxSsrc] = pair.split(' ').map(toSsrc);
    if (semantics === 'FID' && ssrc && rtxSsrc) rtxOf.set(ssrc, rtxSsrc);
  }
  const repeats = new Set(rtxOf.values());
  const own = [...new Set(ssrcs.map(({ id }) => toSsrc(id)))]
    .filter((ssrc): ssrc is number => ssrc !== null && !repeats.has(ssrc))
    .slice(0, SOURCES_MAX);
  const cname = ssrcs.find(({ attribute }) => attribute === 'cname')?.value;
  const stream = msid[0]?.id;
  return {
    ssrcs: own.map((ssrc) => ({ ssrc, rtxSsrc: rtxOf.get(ssrc) ?? null })),
    cname: cname === undefined ? null : cname.slice(0, 200),
    msid: stream === undefined ? null : stream.slice(0, 200),
  };
}

function toSsrc(text: string | number): number | null {
  const ssrc = Number(text);
  return Number.isInteger(ssrc) && ssrc > 0 && ssrc <= 0xffff_ffff ? ssrc : null;
}

/**
 * Reads the ICE attributes. ICE and DTLS attributes are at session level or, with BUNDLE, in the
 * first enabled section (RFC 9143, section 7.2).
 */
function readIce(session: ParsedSession, media: ParsedSection | undefined): Offer['ice'] {
  const usernameFragment = media?.iceUfrag ?? session.iceUfrag ?? '';
  const password = media?.icePwd ?? session.icePwd ?? '';
  if (!TOKEN.test(usernameFragment) || !TOKEN.test(password))
    throw SdpError.malformed('The SDP has no usable ICE credentials (a=ice-ufrag and a=ice-pwd).');
  return { usernameFragment, password };
}

const ROLES = { actpass: 'auto', active: 'client', passive: 'server' } as const;

function readDtls(session: ParsedSession, media: ParsedSection | undefined): DtlsParameters {
  const fingerprint = media?.fingerprint ?? session.fingerprint;
  // Hash names are case-insensitive (RFC 8122, section 5).
  const dtls = DtlsParameters.safeParse({
    role: roleOf(media?.setup ?? session.setup ?? 'actpass'),
    fingerprints: fingerprint
      ? [{ algorithm: fingerprint.type.toLowerCase(), value: fingerprint.hash }]
      : [],
  });
  if (!dtls.success)
    throw SdpError.malformed('The SDP has no usable DTLS fingerprint (a=fingerprint).');
  return dtls.data;
}

function roleOf(setup: string): 'auto' | 'client' | 'server' {
  if (setup === 'actpass' || setup === 'active' || setup === 'passive') return ROLES[setup];
  throw SdpError.malformed(`The value a=setup:${setup.slice(0, 20)} is not allowed in an offer.`);
}

function isBundled({ groups }: ParsedSession, wanted: OfferedSection[]): boolean {
  if (wanted.length <= 1) return true;
  return groups.some(({ type, mids }) => {
    const members = new Set(mids.split(' '));
    return type === 'BUNDLE' && wanted.every(({ mid }) => members.has(mid));
  });
}
