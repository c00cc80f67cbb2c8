import { linkEnd } from './link-end.js';

/** A part of a message's text. */
export type TextPiece =
  | { kind: 'text'; text: string }
  | { kind: 'link'; text: string; href: string }
  | { kind: 'mention'; text: string; isMe: boolean };

/** Matches https URLs up to the next space; {@link linkEnd} finds where the URL ends. */
const LINK = /https:\/\/[^\s<>"“”«»]+/gu;
const MENTION = /(?<![\p{L}\p{N}_])@[\p{L}\p{N}][\p{L}\p{M}\p{N}._-]*/gu;

/**
 * Splits a text into plain text, links and mentions. This is a pure function, and the joined texts
 * of the pieces equal the input.
 * @param mentions the mentioned names resolved by the server, in lowercase, `_` for spaces
 * @param me the user's own name in the same form; null if there is none
 */
export function textPieces(
  text: string,
  { mentions, me }: { mentions: readonly string[]; me: string | null },
): TextPiece[] {
  const marks = [
    ...[...text.matchAll(LINK)].flatMap((match) => linkOf(match)),
    ...[...text.matchAll(MENTION)].flatMap((match) => mentionOf(match, { mentions, me })),
  ].toSorted((a, b) => a.at - b.at);
  const pieces: TextPiece[] = [];
  let end = 0;
  for (const { at, piece } of marks) {
    // A name within a URL is part of the URL.
    if (at < end) continue;
    if (at > end) pieces.push({ kind: 'text', text: text.slice(end, at) });
    pieces.push(piece);
    end = at + piece.text.length;
  }
  if (end < text.length) pieces.push({ kind: 'text', text: text.slice(end) });
  return pieces;
}

/** Converts a name to the form used in mentions. */
export function mentionName(name: string): string {
  return name.toLowerCase().replaceAll(' ', '_');
}

type Mark = { at: number; piece: TextPiece };

function linkOf(match: RegExpExecArray): Mark[] {
  const text = match[0].slice(0, linkEnd(match[0]));
  return URL.canParse(text) ? [{ at: match.index, piece: { kind: 'link', text, href: text } }] : [];
}

function mentionOf(
  match: RegExpExecArray,
  { mentions, me }: { mentions: readonly string[]; me: string | null },
): Mark[] {
  const [text] = match;
  // The match may include punctuation that ends the sentence.
  const name = [text, text.replace(/[._-]+$/, '')].find((one) =>
    mentions.includes(one.slice(1).toLowerCase()),
  );
  if (name === undefined) return [];
  const isMe = name.slice(1).toLowerCase() === me;
  return [{ at: match.index, piece: { kind: 'mention', text: name, isMe } }];
}
