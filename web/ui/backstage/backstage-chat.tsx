import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { SendHorizontal } from 'lucide';
import { STAGE_TEXT_MAX } from '../../../src/protocol/limits.js';
import type { StageMessage } from '../../../src/protocol/stage.js';
import { RequestError } from '../../client/request-error.js';
import { IconButton } from '../components/icon-button.js';
import { hueOf } from '../format/identity.js';
import '../components/field.css';
import './backstage-chat.css';

export interface BackstageChatProps {
  messages: readonly StageMessage[];
  /** The user's own id on the stage; null while connecting. */
  you: string | null;
  /** Shown until the first message. */
  hint: string;
  onSay: (text: string) => Promise<void>;
}

const time = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });

/** The private chat of the host and the guests. */
export function BackstageChat({ messages, you, hint, onSay }: BackstageChatProps) {
  const list = useRef<HTMLOListElement>(null);
  useLayoutEffect(() => {
    const element = list.current;
    if (element) element.scrollTop = element.scrollHeight;
  }, [messages]);
  return (
    <section class="backstage" aria-label="Backstage chat">
      <h3 class="backstage-title">Backstage</h3>
      {messages.length === 0 ? (
        <p class="backstage-hint muted">{hint}</p>
      ) : (
        <ol class="backstage-list" ref={list} tabIndex={0} aria-label="Backstage messages">
          {messages.map((message, index) => (
            <li key={index} class="backstage-line" title={time.format(message.atMs)}>
              <span class="backstage-name tinted" style={{ '--hue': hueOf(message.name) }}>
                {message.from === you ? 'You' : message.name}
              </span>{' '}
              <span class="backstage-text">{message.text}</span>
            </li>
          ))}
        </ol>
      )}
      <BackstageBox onSay={onSay} />
    </section>
  );
}

function BackstageBox({ onSay }: Pick<BackstageChatProps, 'onSay'>) {
  const [text, setText] = useState('');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);

  async function send(): Promise<void> {
    const said = text.trim();
    if (said === '' || busy) return;
    setBusy(true);
    try {
      await onSay(said);
      setText('');
      setError(null);
    } catch (failure) {
      if (!(failure instanceof RequestError)) throw failure;
      setError(`Not sent. ${failure.message}`);
    } finally {
      setBusy(false);
    }
  }

  return (
    <form
      class="backstage-form"
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <div class="backstage-box">
        <input
          class="field-control"
          type="text"
          aria-label="Chat backstage"
          placeholder="Chat backstage"
          autocomplete="off"
          maxLength={STAGE_TEXT_MAX}
          value={text}
          onInput={(event) => setText(event.currentTarget.value)}
        />
        <IconButton
          icon={SendHorizontal}
          label="Send to backstage"
          align="end"
          disabled={text.trim() === ''}
          onClick={() => void send()}
        />
      </div>
      <p class="backstage-error" role="alert">
        {error}
      </p>
    </form>
  );
}
