/**
 * Matches a host that contains a dot, or any text after a scheme. False positives are acceptable,
 * because a matching message is held, not refused.
 */
const LINK =
  /[a-z][a-z0-9+.-]{1,20}:\/\/|www\.|(?:^|[^\p{L}\p{N}.-])[\p{L}\p{N}-]{1,63}(?:\.[\p{L}\p{N}-]{1,63}){0,8}\.\p{L}{2,24}(?![\p{L}\p{N}])/iu;
/** The characters that browsers treat as a dot. */
const DOTS = /[。．｡]/gu;

/**
 * Emoji as defined by UTS #51 (ED-15a), with or without the variation selector U+FE0F, which
 * keyboards use inconsistently. `#`, `*` and digits can start a keycap, and regional indicators can
 * form a flag, but on their own they aren't emoji.
 */
const EMOJI =
  /\p{RGI_Emoji_Flag_Sequence}|[0-9#*]\u{FE0F}?\u{20E3}|[\p{Emoji}--[0-9#*]--\p{RI}](?:\p{EMod}|\u{FE0F}|[\u{E0020}-\u{E007E}]+\u{E007F})?(?:\u{200D}[\p{Emoji}--[0-9#*]--\p{RI}](?:\p{EMod}|\u{FE0F})?)*/gv;
const INVISIBLE = /[\u200b-\u200f\u2060-\u2064\ufeff]/gu;

/** Whether the text contains something that is or could become a link. */
export function hasLink(text: string): boolean {
  return LINK.test(text.normalize('NFKC').replaceAll(INVISIBLE, '').replaceAll(DOTS, '.'));
}

/** Whether the text consists only of emoji and spaces. */
export function isEmojiOnly(text: string): boolean {
  // If anything remains, it isn't emoji. Removing the emoji takes one pass, whereas a pattern for
  // the whole text would backtrack through all ways of splitting it.
  return text !== '' && text.replaceAll(EMOJI, '').trim() === '';
}
