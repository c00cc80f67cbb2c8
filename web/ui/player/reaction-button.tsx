import { useEffect, useRef, useState } from 'preact/hooks';
import { SmilePlus } from 'lucide';
import { FLOATING_EMOJI } from '../../../src/protocol/limits.js';
import type { Chat, FloatingEmoji } from '../../client/chat.js';
import { RequestError } from '../../client/request-error.js';
import { IconButton } from '../components/icon-button.js';
import { toast } from '../components/toast.js';
import { useOutside } from '../components/use-outside.js';
import './reaction-button.css';

const NAMES: Readonly<Record<FloatingEmoji, string>> = {
  '❤️': 'Heart',
  '👍': 'Thumbs up',
  '👏': 'Applause',
  '😂': 'Laughing',
  '😮': 'Surprised',
  '😢': 'Sad',
  '🔥': 'Fire',
  '🎉': 'Party',
};

/**
 * Sends emoji that float over everyone's video. The menu stays open, so that users can send
 * several emoji.
 */
export function ReactionButton({ chat }: { chat: Chat }) {
  const [isOpen, setOpen] = useState(false);
  const root = useRef<HTMLSpanElement>(null);
  const button = useRef<HTMLButtonElement>(null);

  useEffect(() => {
    if (isOpen) root.current?.querySelector<HTMLElement>('[data-reaction]')?.focus();
  }, [isOpen]);
  useOutside(root, isOpen, () => setOpen(false));

  function onKeyDown(event: KeyboardEvent): void {
    if (!isOpen) return;
    if (event.key === 'Escape') {
      setOpen(false);
      button.current?.focus();
    } else if (!walk(event.key, root.current)) return;
    // Otherwise, arrow keys would seek and change the volume.
    event.preventDefault();
  }
  // The server would reject reactions from banned users, and from guests if they can't chat.
  if (!chat.me.value?.canWrite) return null;
  return (
    <span class="reaction" ref={root} onKeyDown={onKeyDown}>
      <IconButton
        icon={SmilePlus}
        label="Reactions"
        align="end"
        popup="menu"
        expanded={isOpen}
        buttonRef={button}
        onClick={() => setOpen(!isOpen)}
      />
      {isOpen && (
        <span class="reaction-strip" role="menu" aria-label="Reactions">
          {FLOATING_EMOJI.map((emoji, index) => (
            <button
              key={emoji}
              class="reaction-emoji"
              type="button"
              role="menuitem"
              aria-label={NAMES[emoji]}
              data-reaction
              tabIndex={index === 0 ? 0 : -1}
              onClick={() => void send(chat, emoji)}
            >
              {emoji}
            </button>
          ))}
        </span>
      )}
    </span>
  );
}

/** Moves the focus to another emoji. Returns false for unrelated keys. */
function walk(key: string, root: HTMLElement | null): boolean {
  const all = [...(root?.querySelectorAll<HTMLElement>('[data-reaction]') ?? [])];
  const index = all.findIndex((emoji) => emoji === document.activeElement);
  const next = {
    ArrowRight: all[(index + 1) % all.length],
    ArrowLeft: all[(index - 1 + all.length) % all.length],
    Home: all[0],
    End: all.at(-1),
  }[key];
  next?.focus();
  return next !== undefined;
}

async function send(chat: Chat, emoji: FloatingEmoji): Promise<void> {
  try {
    await chat.float(emoji);
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    // Reactions beyond the rate limit are dropped without an error message.
    if (error.code === 'rate_limited') return;
    toast({ text: error.message, tone: 'danger' });
  }
}
