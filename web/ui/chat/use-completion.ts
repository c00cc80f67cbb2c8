import { useLayoutEffect, useState } from 'preact/hooks';
import type { ChatRole } from '../../../src/protocol/chat.js';
import { emojiNamed, findEmoji } from './emoji-search.js';
import { type Suggestion, suggestionsFor } from './suggestions.js';
import { closedEmoji, type TypedWord, typedWord } from './typed-word.js';
import type { TextBox } from './use-text-box.js';

/** The words that can be completed, in addition to emoji. */
export interface Vocabulary {
  /** The names of people in the chat, latest author first. */
  names: () => readonly string[];
  role: ChatRole;
}

export interface Completion {
  /** The completions for the word before the caret. If there are none, nothing is shown. */
  suggestions: readonly Suggestion[];
  /** The index of the suggestion that Enter or Tab accepts. */
  active: number;
  choose: (suggestion: Suggestion) => void;
  /** Returns true if the key was handled. */
  onKeyDown: (event: KeyboardEvent) => boolean;
  /** Accepts typed text, with emoji names between colons replaced. */
  onInput: (text: string, onText: (text: string) => void) => void;
}

/** Completes emoji, names and commands while they are typed into a text box. */
export function useCompletion(box: TextBox, text: string, { names, role }: Vocabulary): Completion {
  const [active, setActive] = useState(0);
  const [dismissed, setDismissed] = useState<string | null>(null);
  const word = box.caret === null ? null : typedWord(text, box.caret);
  const place = placeOf(word);
  const suggestions = word && place !== dismissed ? suggest(word) : [];

  // A layout effect runs before the next key press. An ordinary effect could run after it and undo
  // its result.
  useLayoutEffect(() => setActive(0), [place, word?.query]);
  useLayoutEffect(() => setDismissed((was) => (was === place ? was : null)), [place]);

  function suggest(typed: TypedWord): Suggestion[] {
    const isName = typed.kind === 'mention' || typed.kind === 'name';
    const found = suggestionsFor(typed, {
      findEmoji,
      names: isName ? names() : [],
      role,
    });
    const isDone = isName && found.every(({ isTyped }) => isTyped);
    return isDone ? [] : found;
  }
  function choose({ insert }: Suggestion): void {
    if (word) box.replace(word, insert);
    box.ref.current?.focus();
  }
  function onKeyDown(event: KeyboardEvent): boolean {
    const chosen = suggestions[active];
    if (!word || !chosen || event.isComposing || event.shiftKey) return false;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined) {
      setActive((active + step + suggestions.length) % suggestions.length);
    } else if (event.key === 'Escape') {
      setDismissed(place);
    } else if (event.key === 'Enter' || event.key === 'Tab') {
      // If the word is already complete, Enter sends the text and Tab moves the focus as usual.
      const changes = chosen.insert !== text.slice(word.from, word.to);
      if (!changes || (event.key === 'Enter' && chosen.isTyped)) return false;
      choose(chosen);
    } else return false;
    event.preventDefault();
    return true;
  }
  function onInput(typed: string, onText: (text: string) => void): void {
    const caret = box.ref.current?.selectionStart ?? typed.length;
    const closed = closedEmoji(typed, caret);
    const named = closed && emojiNamed(closed.query);
    if (closed && named) box.replace(closed, named, typed);
    else onText(typed);
    box.noticeCaret();
  }
  return { suggestions, active, choose, onKeyDown, onInput };
}

/** Returns a key that stays the same while the same word is typed. */
function placeOf(word: TypedWord | null): string | null {
  return word && `${word.kind} at ${word.from}`;
}
