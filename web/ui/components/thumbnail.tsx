import { hueOf, initialOf } from '../format/identity.js';
import './thumbnail.css';

/** Stands in for a channel's picture: waves going out from its initial, in its own colour. */
export function Thumbnail({ name }: { name: string }) {
  return (
    <span class="thumbnail tinted" style={{ '--hue': hueOf(name) }} aria-hidden="true">
      <svg viewBox="0 0 320 180" preserveAspectRatio="xMidYMid slice" fill="none">
        {[44, 76, 112, 152, 196].map((radius) => (
          <circle
            key={radius}
            cx="160"
            cy="90"
            r={radius}
            stroke="currentColor"
            stroke-width="1.5"
            stroke-opacity={0.3 - radius / 900}
          />
        ))}
      </svg>
      <span class="thumbnail-initial">{initialOf(name)}</span>
    </span>
  );
}
