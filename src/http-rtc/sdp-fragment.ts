import { DomainError } from '../common/domain-error.js';
import type { TransportOptions } from '../protocol/rtc.js';
import { ICE_SESSION_LINES, iceLines } from '../sdp/ice-lines.js';

/** The media type of {@link SdpFragment}s. */
export const SDP_FRAGMENT_TYPE = 'application/trickle-ice-sdpfrag';

/** The maximum number of lines in a fragment, enough for dozens of candidates. */
const LINES_MAX = 500;
/**
 * The username fragment has 4 to 256 characters, and the password 22 to 256 (RFC 8839, section
 * 5.4).
 */
const UFRAG = /^a=ice-ufrag:([A-Za-z0-9+/]{4,256})$/;
const PWD = /^a=ice-pwd:([A-Za-z0-9+/]{22,256})$/;
const CREDENTIAL = /^a=ice-(?:ufrag|pwd):/;
/** Every line consists of a letter, "=" and a value (RFC 8866, section 9). */
const LINE = /^[a-z]=\S.*$/;

/**
 * A client's ICE update (RFC 8840, section 4.4): credentials, candidates, and the media to which
 * they apply.
 */
export type SdpFragment = Readonly<{
  /** The credentials; null if they are unchanged. */
  credentials: IceCredentials | null;
  /** The `a=group` and `m=` lines with their `a=mid`, which are repeated in the response. */
  sections: readonly string[];
  /** The values of `a=candidate` lines. */
  candidates: readonly string[];
}>;

export type IceCredentials = Readonly<{ usernameFragment: string; password: string }>;

/** @throws {DomainError} `bad_request` */
export function parseSdpFragment(text: string): SdpFragment {
  const lines = text.split(/\r?\n/).filter((line) => line !== '');
  if (lines.length === 0) throw malformed('It is empty.');
  if (lines.length > LINES_MAX) throw malformed(`It has more than ${LINES_MAX} lines.`);
  const wrong = lines.findIndex((line) => !LINE.test(line));
  if (wrong !== -1) throw malformed(`Line ${wrong + 1} is not of the form “a=…”.`);
  return {
    credentials: credentialsOf(lines),
    sections: lines.filter((line) => /^(?:m=|a=mid:|a=group:BUNDLE )/.test(line)),
    candidates: lines.flatMap((line) => /^a=candidate:(.+)$/.exec(line)?.[1] ?? []),
  };
}

/** Returns the response to an ICE restart: the server's new credentials and its candidates. */
export function writeSdpFragment(
  { sections }: Pick<SdpFragment, 'sections'>,
  ice: Pick<TransportOptions, 'iceParameters' | 'iceCandidates'>,
): string {
  const session = sections.filter((line) => line.startsWith('a=group:'));
  const media = sections.filter((line) => !line.startsWith('a=group:'));
  // ice-lite and ice-options must be the same as in the answer (RFC 9725, section 4.3.3).
  const lines = [...ICE_SESSION_LINES, ...session, ...media.slice(0, 2), ...iceLines(ice)];
  return lines.map((line) => `${line}\r\n`).join('');
}

/**
 * Returns the credentials. All media is bundled, so there is only one pair, even if it is repeated.
 */
function credentialsOf(lines: readonly string[]): IceCredentials | null {
  const pairs = lines.filter((line) => CREDENTIAL.test(line));
  if (pairs.length === 0) return null;
  const usernameFragment = only(pairs, UFRAG);
  const password = only(pairs, PWD);
  if (pairs.some((line) => !UFRAG.test(line) && !PWD.test(line)))
    throw malformed('Its ice-ufrag or ice-pwd is malformed.');
  if (usernameFragment === null || password === null)
    throw malformed('It must have exactly one ice-ufrag and one ice-pwd, or neither.');
  return { usernameFragment, password };
}

function only(lines: readonly string[], pattern: RegExp): string | null {
  const values = new Set(lines.flatMap((line) => pattern.exec(line)?.[1] ?? []));
  const [value = null] = values;
  return values.size === 1 ? value : null;
}

function malformed(why: string): DomainError {
  return new DomainError('bad_request', `The SDP fragment is invalid. ${why}`);
}
