import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';

/** The distance from the end that counts as being at the end, in pixels. */
const AT_END_PX = 48;

/** The contents of a message list; a new object for every change. */
export interface ShownMessages {
  /** The keys of the messages in display order. */
  keys: readonly string[];
  /** The number of the user's messages that are being sent. A new one is scrolled into view. */
  own: number;
}

/**
 * Keeps the newest message in view until the user scrolls up. After that, keeps the position when
 * earlier messages are added, and counts new messages as unread.
 */
export function useStickyEnd(
  scroller: { current: HTMLElement | null },
  shown: ShownMessages,
  setUnread: (change: (unread: number) => number) => void,
) {
  const [atEnd, setAtEnd] = useState(true);
  const stuck = useRef(true);
  const last = useRef({ height: 0, first: '', newest: '', own: 0 });
  const sizes = useRef('');

  function toEnd(): void {
    const element = scroller.current;
    if (!element) return;
    element.scrollTop = element.scrollHeight;
    sizes.current = sizesOf(element);
  }

  useLayoutEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const before = last.current;
    const { keys, own } = shown;
    const first = keys[0] ?? '';
    const newest = keys.at(-1) ?? '';
    if (stuck.current || own > before.own) toEnd();
    else if (first !== before.first) element.scrollTop += element.scrollHeight - before.height;
    else if (newest !== before.newest) {
      const seen = keys.indexOf(before.newest);
      setUnread((unread) => unread + keys.length - 1 - seen);
    }
    last.current = { height: element.scrollHeight, first, newest, own };
  }, [shown]);

  useEffect(() => {
    const element = scroller.current;
    if (!element) return undefined;
    function onScroll(): void {
      if (!element) return;
      // The end was moved by a change in size, not by the user.
      if (stuck.current && sizesOf(element) !== sizes.current) return toEnd();
      stuck.current = element.scrollHeight - element.scrollTop - element.clientHeight < AT_END_PX;
      setAtEnd(stuck.current);
      if (stuck.current) setUnread(() => 0);
    }
    // This keeps the end in view when a keyboard opens or a tab is shown.
    const resized = new ResizeObserver(() => {
      if (stuck.current) toEnd();
    });
    resized.observe(element);
    element.addEventListener('scroll', onScroll, { passive: true });
    return () => {
      resized.disconnect();
      element.removeEventListener('scroll', onScroll);
    };
  }, []);

  return { atEnd, toEnd };
}

function sizesOf({ clientHeight, scrollHeight }: HTMLElement): string {
  return `${clientHeight} of ${scrollHeight}`;
}
