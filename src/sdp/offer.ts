import { DtlsParameters, type MediaKind } from '../protocol/rtc.js';
import { type ParsedSection, type ParsedSession, parseSession } from './parsed-session.js';
import { type OfferedCodec, readCodecs } from './read-codecs.js';
import { type OfferedLayer, readLayers } from './read-layers.js';
import { SdpError } from './sdp-error.js';

/** An answer's line repeats these as they are. */
const TOKEN = /^[\w.+/=-]{1,256}$/;

/** One direction as RFC 3264 6.1 names it, from the offerer's side. */
export type Direction = 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive';

/** One RTP header extension of an offer. */
export type OfferedExtension = Readonly<{ id: number; uri: string }>;

/** One section (`m=`) of an offer; an answer has one for each, in the same order. */
export type OfferedSection = Readonly<{
  mid: string;
  /** `other`: data channels and the like. */
  kind: MediaKind | 'other';
  /** The `m=` line's words, for an answer that refuses the section. */
  type: string;
  protocol: string;
  payloads: string;
  direction: Direction;
  /** Port 0 without `bundle-only`: the offerer doesn't want it (RFC 3264 5.1, RFC 9143 6). */
  disabled: boolean;
  codecs: readonly OfferedCodec[];
  extensions: readonly OfferedExtension[];
  /** Simulcast by rid, the first named first; empty without. */
  layers: readonly OfferedLayer[];
  /** SSRCs as the offer names them; the one of repeats (FID) is not among them. */
  ssrcs: readonly Readonly<{ ssrc: number; rtxSsrc: number | null }>[];
  cname: string | null;
  msid: string | null;
  extmapAllowMixed: boolean;
}>;

/** A validated offer. Every list in it is bounded. */
export type Offer = Readonly<{
  ice: Readonly<{ usernameFragment: string; password: string }>;
  /** With the role that the offerer takes: `auto` when the answerer may choose. */
  dtls: DtlsParameters;
  sections: readonly OfferedSection[];
  /** Whether all sections that are wanted share one transport (RFC 9143). */
  bundled: boolean;
  extmapAllowMixed: boolean;
  /** Whether libwebrtc wrote it: a browser, or a program built on it. */
  byLibwebrtc: boolean;
}>;

/**
 * Reads an offer (RFC 8866, RFC 9429).
 * @throws {SdpError} `malformed` with a sentence about what is missing or wrong
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
 * By the origin, which each library writes in its own way: libwebrtc has "-" as the user and 127.0.0.1 as the address,
 * Firefox its name. Others have 0.0.0.0 (GStreamer, aiortc, pion), or their name (FFmpeg, libdatachannel).
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
    throw SdpError.malformed(`The a=mid of section ${index + 1} can’t be used.`);
  if (kind !== 'other' && !/^(?:UDP|TCP)\/TLS\/RTP\/SAVPF?$/.test(protocol))
    throw SdpError.malformed(`Section ${mid} is not for WebRTC: ${protocol} is no DTLS-SRTP.`);
  return {
    mid,
    kind,
    type,
    protocol,
    payloads: /^[\w .-]{1,600}$/.test(payloads) ? payloads : '0',
    // RFC 8866 6.7: of the session for sections that say none, else it is sendrecv.
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
    // Encrypted extensions (RFC 6904) are not done here; 0 and above 255 are no ids (RFC 8285 4).
    if (encrypted !== undefined || id < 1 || id > 255 || direction === 'inactive') continue;
    if (/^[\x21-\x7e]{1,200}$/.test(uri) && !byId.has(id)) byId.set(id, { id, uri });
  }
  return [...byId.values()];
}

/** The limit on layers applies here too: no publisher has more streams in one section. */
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

/** ICE and DTLS are the session's or, with BUNDLE, those of the first section that is wanted (RFC 9143 7.2). */
function readIce(session: ParsedSession, media: ParsedSection | undefined): Offer['ice'] {
  const usernameFragment = media?.iceUfrag ?? session.iceUfrag ?? '';
  const password = media?.icePwd ?? session.icePwd ?? '';
  if (!TOKEN.test(usernameFragment) || !TOKEN.test(password))
    throw SdpError.malformed('The SDP has no ICE credentials (a=ice-ufrag and a=ice-pwd).');
  return { usernameFragment, password };
}

const ROLES = { actpass: 'auto', active: 'client', passive: 'server' } as const;

function readDtls(session: ParsedSession, media: ParsedSection | undefined): DtlsParameters {
  const fingerprint = media?.fingerprint ?? session.fingerprint;
  // RFC 8122 5: hash names are case-insensitive.
  const dtls = DtlsParameters.safeParse({
    role: roleOf(media?.setup ?? session.setup ?? 'actpass'),
    fingerprints: fingerprint
      ? [{ algorithm: fingerprint.type.toLowerCase(), value: fingerprint.hash }]
      : [],
  });
  if (!dtls.success)
    throw SdpError.malformed('The SDP has no DTLS fingerprint that can be used (a=fingerprint).');
  return dtls.data;
}

function roleOf(setup: string): 'auto' | 'client' | 'server' {
  if (setup === 'actpass' || setup === 'active' || setup === 'passive') return ROLES[setup];
  throw SdpError.malformed(`The SDP’s a=setup:${setup.slice(0, 20)} can’t be used in an offer.`);
}

function isBundled({ groups }: ParsedSession, wanted: OfferedSection[]): boolean {
  if (wanted.length <= 1) return true;
  return groups.some(({ type, mids }) => {
    const members = new Set(mids.split(' '));
    return type === 'BUNDLE' && wanted.every(({ mid }) => members.has(mid));
  });
}
