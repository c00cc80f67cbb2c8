import { hueOf, initialOf } from '../format/identity.js';
import './avatar.css';

/** A name's picture: its initial on its own stable colour. The name stands beside it. */
export function Avatar({
  name,
  size = 36,
  live = false,
}: {
  name: string;
  size?: number;
  live?: boolean;
}) {
  return (
    <span
      class={live ? 'avatar tinted avatar-on-air' : 'avatar tinted'}
      style={{ '--hue': hueOf(name), '--size': `${size}px` }}
      aria-hidden="true"
    >
      {initialOf(name)}
    </span>
  );
}
