import { hueOf, initialOf } from '../format/identity.js';
import './avatar.css';

/**
 * An avatar, which is a picture, or the name's initial on a color that depends only on the name.
 * The name itself must be shown beside it.
 */
export function Avatar({
  name,
  size = 36,
  live = false,
  picture = null,
}: {
  name: string;
  size?: number;
  live?: boolean;
  /** The URL of a picture to show instead of the initial. */
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
