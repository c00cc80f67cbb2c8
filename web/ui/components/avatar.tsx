import { hueOf, initialOf } from '../format/identity.js';
import './avatar.css';

/** A name's picture: its initial on its own stable colour. The name stands beside it. */
export function Avatar({
  name,
  size = 36,
  live = false,
  picture = null,
}: {
  name: string;
  size?: number;
  live?: boolean;
  /** The address of a picture to show in its place. */
  picture?: string | null;
}) {
  if (picture !== null)
    return (
      <img
        class={live ? 'avatar avatar-on-air' : 'avatar'}
        style={{ '--size': `${size}px` }}
        src={picture}
        width={size}
        height={size}
        alt=""
      />
    );
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
