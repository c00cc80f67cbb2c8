import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';

/** This near to the end counts as reading the newest, pixels. */
const AT_END_PX = 48;

/** What is in a list of messages; another object when that changed. */
export interface ShownMessages {
  /** In their order. */
  keys: readonly string[];
  /** How many of them are one's own on their way: a new one is to be seen. */
  own: number;
}

/**
 * Keeps the newest message in sight until somebody scrolls up, keeps what they read in place when
 * messages come before it, and counts what came after.
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
      // Something grew or shrank: that moved the end away, not the reader.
      if (stuck.current && sizesOf(element) !== sizes.current) return toEnd();
      stuck.current = element.scrollHeight - element.scrollTop - element.clientHeight < AT_END_PX;
      setAtEnd(stuck.current);
      if (stuck.current) setUnread(() => 0);
    }
    // A keyboard that slides in, a tab that is shown: the end stays in sight.
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
