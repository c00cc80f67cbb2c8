/** A host with a dot in it, or anything after a scheme; rather one too many than one too few: it is held, not refused. */
const LINK =
  /[a-z][a-z0-9+.-]{1,20}:\/\/|www\.|(?:^|[^\p{L}\p{N}.-])[\p{L}\p{N}-]{1,63}(?:\.[\p{L}\p{N}-]{1,63}){0,8}\.\p{L}{2,24}(?![\p{L}\p{N}])/iu;
/** What is a dot to a browser. */
const DOTS = /[。．｡]/gu;

const EMOJI_ONLY = /^(?:\p{RGI_Emoji}|\p{Emoji_Presentation}|\s)+$/v;
/** `#`, `*` and digits are the beginnings of keycaps; alone they are none. */
const INVISIBLE = /[\u200b-\u200f\u2060-\u2064\ufeff]/gu;

/** Whether a text has something that is, or could be made, a link. */
export function hasLink(text: string): boolean {
  return LINK.test(text.normalize('NFKC').replaceAll(INVISIBLE, '').replaceAll(DOTS, '.'));
}

/** Whether a text is made of emoji and spaces alone. */
export function isEmojiOnly(text: string): boolean {
  return EMOJI_ONLY.test(text);
}
