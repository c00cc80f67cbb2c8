import { useEffect, useRef } from 'preact/hooks';
import type { Chat } from '../../client/chat.js';
import { newFloats, type NewFloat } from './new-floats.js';
import './floating-emoji.css';

/**
 * Everyone's reactions, which float up over the video. They are purely visual: they can't be
 * clicked and aren't read out. With reduced motion, they appear at the edge without moving.
 */
export function FloatingEmoji({ chat }: { chat: Chat }) {
  const air = useRef<HTMLDivElement>(null);
  useEffect(
    () =>
      chat.onFloats((floats) => {
        const element = air.current;
        // On a hidden page, nobody sees the emoji, and their animations would never end.
        if (!element || document.hidden) return;
        element.append(...newFloats(floats, element.childElementCount).map(drawn));
      }),
    [chat],
  );
  return <div class="floats" ref={air} aria-hidden="true" />;
}

/**
 * Creates the element without Preact, because dozens of elements are added and removed per second.
 */
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
