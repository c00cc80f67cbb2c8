import { parse } from 'sdp-transform';
import { z } from 'zod';
import { SdpError } from './sdp-error.js';

/**
 * The maximum size of a description in bytes, which is the same as for HTTP bodies. A browser's
 * offer has about 10 KB per section.
 */
export const SDP_BYTES_MAX = 64 * 1024;
const SECTIONS_MAX = 16;

/**
 * Restores the text of a value, because sdp-transform converts every word that looks like a number,
 * even an ICE password.
 */
const Text = z
  .custom<string | number>((value) => typeof value === 'string' || typeof value === 'number')
  .transform(String);
const MaybeText = Text.optional();
const Digits = Text.transform(Number).pipe(z.int().nonnegative());
/** Parses repeated lines, and drops invalid ones and those beyond the limit. */
const lines = <T extends z.ZodType>(line: T, max: number) =>
  z
    .array(z.unknown())
    .optional()
    .transform((all = []) =>
      all.slice(0, max).flatMap((one) => {
        const read = line.safeParse(one);
        return read.success ? [read.data] : [];
      }),
    );

const Attributes = {
  iceUfrag: MaybeText,
  icePwd: MaybeText,
  fingerprint: z.object({ type: Text, hash: Text }).optional(),
  setup: MaybeText,
  direction: z.enum(['sendrecv', 'sendonly', 'recvonly', 'inactive']).optional(),
  extmapAllowMixed: MaybeText,
};

const ParsedSection = z.object({
  ...Attributes,
  type: Text.pipe(z.string().regex(/^\w{1,20}$/)),
  port: Digits,
  protocol: Text.pipe(z.string().regex(/^[\w/]{1,40}$/)),
  payloads: MaybeText,
  mid: MaybeText,
  bundleOnly: MaybeText,
  rtp: lines(
    z.object({ payload: Digits, codec: Text, rate: Digits, encoding: Digits.optional() }),
    150,
  ),
  fmtp: lines(z.object({ payload: Digits, config: Text }), 150),
  rtcpFb: lines(z.object({ payload: Text, type: Text, subtype: MaybeText }), 600),
  ext: lines(
    z.object({
      value: Digits,
      uri: Text,
      direction: MaybeText,
      'encrypt-uri': MaybeText,
    }),
    50,
  ),
  ssrcs: lines(z.object({ id: Digits, attribute: MaybeText, value: MaybeText }), 100),
  ssrcGroups: lines(z.object({ semantics: Text, ssrcs: Text }), 20),
  msid: lines(z.object({ id: Text }), 4),
  rids: lines(z.object({ id: Text, direction: Text, params: MaybeText }), 20),
  simulcast: z.object({ dir1: Text, list1: Text, dir2: MaybeText, list2: MaybeText }).optional(),
  simulcast_03: z.object({ value: Text }).optional(),
});

const ParsedSession = z.object({
  ...Attributes,
  origin: z.object({ username: Text, address: Text }).optional().catch(undefined),
  groups: lines(z.object({ type: Text, mids: Text }), 20),
  media: z.array(z.unknown()),
});

/** One media section (`m=`), as written in the SDP. */
export type ParsedSection = z.output<typeof ParsedSection>;
/** A session description, as written in the SDP. All its lists are bounded. */
export type ParsedSession = Omit<z.output<typeof ParsedSession>, 'media'> & {
  media: ParsedSection[];
};

/**
 * @throws {SdpError} `malformed` if the text is not SDP, or the `m=` line of a section is invalid
 */
export function parseSession(text: string): ParsedSession {
  if (text.length > SDP_BYTES_MAX) throw SdpError.malformed('The SDP is too large.');
  if (!/^v=0\r?\n/.test(text))
    throw SdpError.malformed('This is not SDP: the first line must be v=0.');
  const session = ParsedSession.safeParse(parse(text));
  if (!session.success) throw SdpError.malformed('The session-level part of the SDP is invalid.');
  const { media } = session.data;
  if (media.length === 0) throw SdpError.malformed('The SDP has no media section (m= line).');
  if (media.length > SECTIONS_MAX)
    throw SdpError.malformed(`The SDP has more than ${SECTIONS_MAX} media sections.`);
  return { ...session.data, media: media.map(toSection) };
}

function toSection(section: unknown, index: number): ParsedSection {
  const read = ParsedSection.safeParse(section);
  if (read.success) return read.data;
  const [field = 'm='] = read.error.issues[0]?.path ?? [];
  throw SdpError.malformed(`Section ${index + 1} of the SDP is invalid: check ${String(field)}.`);
}
