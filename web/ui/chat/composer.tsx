import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { SendHorizontal } from 'lucide';
import { CHAT_TEXT_MAX } from '../../../src/protocol/limits.js';
import { IconButton } from '../components/icon-button.js';
import './composer.css';

/** From here on the box says how much room is left. */
const COUNT_FROM = CHAT_TEXT_MAX - 100;

export interface ComposerProps {
  text: string;
  onText: (text: string) => void;
  /** Takes the text; what it does not take stays in the box. */
  onSend: () => void;
  placeholder: string;
  /** Said under the box: why something waits or was refused. */
  note?: ComponentChildren;
}

/** The text box. Enter sends, Shift+Enter makes a new line. */
export function Composer({ text, onText, onSend, placeholder, note }: ComposerProps) {
  const box = useRef<HTMLTextAreaElement>(null);
  const left = CHAT_TEXT_MAX - text.trim().length;
  const sendable = text.trim() !== '' && left >= 0;

  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    element.style.height = 'auto';
    // The border is not part of scrollHeight.
    element.style.height = `${element.scrollHeight + 2}px`;
  }, [text]);

  function send(): void {
    if (sendable) onSend();
    box.current?.focus();
  }

  return (
    <div class="composer">
      <div class="composer-box">
        <textarea
          ref={box}
          rows={1}
          aria-label="Message"
          aria-describedby="composer-note"
          aria-invalid={left < 0 || undefined}
          placeholder={placeholder}
          enterkeyhint="send"
          value={text}
          onInput={(event) => onText(event.currentTarget.value)}
          onKeyDown={(event) => {
            // While an input method composes, Enter chooses a word.
            if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
            event.preventDefault();
            send();
          }}
        />
        <IconButton
          icon={SendHorizontal}
          label="Send"
          iconSize={18}
          align="end"
          disabled={!sendable}
          onClick={send}
        />
      </div>
      <p class="composer-note" id="composer-note">
        {note && <span>{note}</span>}
        {text.length >= COUNT_FROM && (
          <span class={left < 0 ? 'composer-over figures' : 'figures'}>
            {left < 0 ? `${-left} too many` : `${left} left`}
          </span>
        )}
      </p>
    </div>
  );
}
