import { useEffect, useRef } from 'preact/hooks';
import type { Chat } from '../../client/chat.js';
import { newFloats, type NewFloat } from './new-floats.js';
import './floating-emoji.css';

/**
 * What everybody's reactions let float up over the picture. Only to be seen: nothing of it can be
 * pressed, and nothing is read out. Without movement, where that is asked for, they stand at its edge.
 */
export function FloatingEmoji({ chat }: { chat: Chat }) {
  const air = useRef<HTMLDivElement>(null);
  useEffect(
    () =>
      chat.onFloats((floats) => {
        const element = air.current;
        // Nobody sees them, and what doesn't move would not end.
        if (!element || document.hidden) return;
        element.append(...newFloats(floats, element.childElementCount).map(drawn));
      }),
    [chat],
  );
  return <div class="floats" ref={air} aria-hidden="true" />;
}

/** By hand, not as a part of the page's state: dozens come and go in a second. */
function drawn({ emoji, x, lean, delayMs, durationMs }: NewFloat): HTMLElement {
  const element = document.createElement('span');
  element.className = 'float';
  element.textContent = emoji;
  element.style.setProperty('--x', String(x));
  element.style.setProperty('--lean', String(lean));
  element.style.setProperty('--delay', `${delayMs}ms`);
  element.style.setProperty('--duration', `${durationMs}ms`);
  element.addEventListener('animationend', () => element.remove());
  return element;
}
