import type { ComponentChildren } from 'preact';
import { useRef, useState } from 'preact/hooks';
import { ArrowDown } from 'lucide';
import { Icon } from '../components/icon.js';
import { type ShownMessages, useStickyEnd } from './use-sticky-end.js';
import { walk } from './walk.js';
import './message-list.css';

export interface MessageScrollerProps {
  shown: ShownMessages;
  scroller?: { current: HTMLDivElement | null };
  /** Shown above the messages, or instead of them. */
  notes: ComponentChildren;
  /**
   * Labels the button that scrolls to the end; `unread` is the number of messages since the user
   * left the end.
   */
  endLabel: (unread: number) => string;
  /** The messages as list items, oldest first. */
  children: ComponentChildren;
}

/**
 * The messages, newest at the bottom. The scroll position doesn't change while the user reads
 * earlier messages.
 */
export function MessageScroller(props: MessageScrollerProps) {
  const own = useRef<HTMLDivElement>(null);
  const { shown, scroller = own, notes, endLabel, children } = props;
  const [unread, setUnread] = useState(0);
  const { atEnd, toEnd } = useStickyEnd(scroller, shown, setUnread);
  return (
    <div class="messages">
      <div
        class="messages-scroller"
        ref={scroller}
        role="log"
        aria-label="Chat messages"
        // Announcing every message would drown out the rest of the page.
        aria-live="off"
        tabIndex={0}
        onKeyDown={walk}
      >
        {notes}
        <ol class="messages-list">{children}</ol>
      </div>
      {!atEnd && (
        <button class="messages-new figures" type="button" onClick={toEnd}>
          <Icon icon={ArrowDown} size={14} />
          {endLabel(unread)}
        </button>
      )}
    </div>
  );
}
