import type { ComponentChildren } from 'preact';
import { useId, useLayoutEffect } from 'preact/hooks';
import { SendHorizontal } from 'lucide';
import { CHAT_TEXT_MAX } from '../../../src/protocol/limits.js';
import { IconButton } from '../components/icon-button.js';
import { CompletionList, optionId } from './completion-list.js';
import { EmojiButton } from './emoji-button.js';
import { useCompletion, type Vocabulary } from './use-completion.js';
import { useTextBox } from './use-text-box.js';
import './composer.css';

/** The text length from which the number of remaining characters is shown. */
const COUNT_FROM = CHAT_TEXT_MAX - 100;

export interface ComposerProps {
  text: string;
  onText: (text: string) => void;
  /** Sends the text. Rejected text remains in the box. */
  onSend: () => void;
  placeholder: string;
  /** The names and commands that can be completed. */
  vocabulary: Vocabulary;
  /** A note under the box, such as the reason why a message is pending or rejected. */
  note?: ComponentChildren;
}

/** The text box, with completion. Enter sends, Shift+Enter starts a new line. */
export function Composer(props: ComposerProps) {
  const { text, onText, onSend, placeholder, vocabulary, note } = props;
  const box = useTextBox(text, onText);
  const completion = useCompletion(box, text, vocabulary);
  const listId = useId();
  const left = CHAT_TEXT_MAX - text.trim().length;
  const sendable = text.trim() !== '' && left >= 0;
  const isCompleting = completion.suggestions.length > 0;

  useLayoutEffect(() => {
    const element = box.ref.current;
    if (!element) return;
    element.style.height = 'auto';
    // scrollHeight excludes the border.
    element.style.height = `${element.scrollHeight + 2}px`;
  }, [text]);

  function send(): void {
    if (sendable) onSend();
    box.ref.current?.focus();
  }

  return (
    <div class="composer">
      <div class="composer-box">
        <textarea
          ref={box.ref}
          rows={1}
          aria-label="Message"
          aria-describedby="composer-note"
          aria-invalid={left < 0 || undefined}
          aria-autocomplete="list"
          aria-controls={isCompleting ? listId : undefined}
          aria-activedescendant={isCompleting ? optionId(listId, completion.active) : undefined}
          placeholder={placeholder}
          enterkeyhint="send"
          value={text}
          onInput={(event) => completion.onInput(event.currentTarget.value, onText)}
          onKeyUp={box.noticeCaret}
          onClick={box.noticeCaret}
          onFocus={box.noticeCaret}
          onBlur={box.noticeCaret}
          onKeyDown={(event) => {
            // While an input method composes text, Enter chooses a candidate.
            if (completion.onKeyDown(event) || event.isComposing) return;
            if (event.key !== 'Enter' || event.shiftKey) return;
            event.preventDefault();
            send();
          }}
        />
        <EmojiButton onPick={box.insert} onDone={() => box.ref.current?.focus()} />
        <IconButton
          icon={SendHorizontal}
          label="Send"
          iconSize={18}
          align="end"
          disabled={!sendable}
          onClick={send}
        />
      </div>
      <CompletionList
        id={listId}
        suggestions={completion.suggestions}
        active={completion.active}
        onChoose={completion.choose}
      />
      <p class="composer-note" id="composer-note">
        {note && <span>{note}</span>}
        {text.length >= COUNT_FROM && (
          <span class={left < 0 ? 'composer-over figures' : 'figures'}>
            {left < 0 ? `${-left} over` : `${left} left`}
          </span>
        )}
      </p>
    </div>
  );
}
