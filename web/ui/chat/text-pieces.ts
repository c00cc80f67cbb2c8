import { linkEnd } from './link-end.js';

/** A part of a message's text. */
export type TextPiece =
  | { kind: 'text'; text: string }
  | { kind: 'link'; text: string; href: string }
  | { kind: 'mention'; text: string; isMe: boolean };

/** https only, as far as there is no space; {@link linkEnd} finds out where the address ends. */
const LINK = /https:\/\/[^\s<>"“”«»]+/gu;
const MENTION = /(?<![\p{L}\p{N}_])@[\p{L}\p{N}][\p{L}\p{M}\p{N}._-]*/gu;

/**
 * Cuts a text into what is shown each in its own way. Pure; joined, the pieces' texts are the text again.
 * @param mentions names that the server found to be spoken to, in small letters, `_` for spaces
 * @param me one's own name, in the same form; null: nobody's
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
    // A name within an address is part of the address.
    if (at < end) continue;
    if (at > end) pieces.push({ kind: 'text', text: text.slice(end, at) });
    pieces.push(piece);
    end = at + piece.text.length;
  }
  if (end < text.length) pieces.push({ kind: 'text', text: text.slice(end) });
  return pieces;
}

/** A name as mentions have it. */
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
  // What ends the sentence may have been taken for a part of the name.
  const name = [text, text.replace(/[._-]+$/, '')].find((one) =>
    mentions.includes(one.slice(1).toLowerCase()),
  );
  if (name === undefined) return [];
  const isMe = name.slice(1).toLowerCase() === me;
  return [{ at: match.index, piece: { kind: 'mention', text: name, isMe } }];
}
