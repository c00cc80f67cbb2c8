import { useEffect, useRef } from 'preact/hooks';
import type { Chat } from '../../client/chat.js';
import { newFloats, type NewFloat } from './new-floats.js';
import './floating-emoji.css';

/**
 * Everybody's reactions, floating up over the picture. Visual only: they cannot be pressed and are
 * not read out. With reduced motion they stand at the edge.
 */
export function FloatingEmoji({ chat }: { chat: Chat }) {
  const air = useRef<HTMLDivElement>(null);
  useEffect(
    () =>
      chat.onFloats((floats) => {
        const element = air.current;
        // Nobody sees them in a hidden page, and without movement they would never end.
        if (!element || document.hidden) return;
        element.append(...newFloats(floats, element.childElementCount).map(drawn));
      }),
    [chat],
  );
  return <div class="floats" ref={air} aria-hidden="true" />;
}

/** Created manually, outside the page's state: dozens come and go per second. */
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
