/** A host with a dot in it, or anything after a scheme; rather one too many than one too few: it is held, not refused. */
const LINK =
  /[a-z][a-z0-9+.-]{1,20}:\/\/|www\.|(?:^|[^\p{L}\p{N}.-])[\p{L}\p{N}-]{1,63}(?:\.[\p{L}\p{N}-]{1,63}){0,8}\.\p{L}{2,24}(?![\p{L}\p{N}])/iu;
/** What is a dot to a browser. */
const DOTS = /[。．｡]/gu;

/**
 * Emoji as UTS #51 builds them (ED-15a), whether or not each asks to be shown as a picture (U+FE0F), as
 * keyboards differ in that. `#`, `*` and digits are the beginnings of keycaps, and letters of regions
 * those of flags: alone they are none.
 */
const EMOJI =
  /\p{RGI_Emoji_Flag_Sequence}|[0-9#*]\u{FE0F}?\u{20E3}|[\p{Emoji}--[0-9#*]--\p{RI}](?:\p{EMod}|\u{FE0F}|[\u{E0020}-\u{E007E}]+\u{E007F})?(?:\u{200D}[\p{Emoji}--[0-9#*]--\p{RI}](?:\p{EMod}|\u{FE0F})?)*/gv;
const INVISIBLE = /[\u200b-\u200f\u2060-\u2064\ufeff]/gu;

/** Whether a text has something that is, or could be made, a link. */
export function hasLink(text: string): boolean {
  return LINK.test(text.normalize('NFKC').replaceAll(INVISIBLE, '').replaceAll(DOTS, '.'));
}

/** Whether a text is made of emoji and spaces alone. */
export function isEmojiOnly(text: string): boolean {
  // What is left over is no emoji. One pass: a pattern for the whole text would try all ways to cut it.
  return text !== '' && text.replaceAll(EMOJI, '').trim() === '';
}
