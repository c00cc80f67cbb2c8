import { useState } from 'preact/hooks';
import { hueOf, initialOf } from '../format/identity.js';
import './thumbnail.css';

interface ThumbnailProps {
  name: string;
  /** The path of the thumbnail; null if there is none. */
  picture?: string | null;
}

/**
 * A channel's thumbnail. Until it has loaded, or if there is none, waves are shown around the
 * channel's initial, in the channel's color.
 */
export function Thumbnail({ name, picture = null }: ThumbnailProps) {
  const [broken, setBroken] = useState<string | null>(null);
  return (
    <span class="thumbnail tinted" style={{ '--hue': hueOf(name) }}>
      <svg
        viewBox="0 0 320 180"
        preserveAspectRatio="xMidYMid slice"
        fill="none"
        aria-hidden="true"
      >
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
      <span class="thumbnail-initial" aria-hidden="true">
        {initialOf(name)}
      </span>
      {picture !== null && picture !== broken && (
        <img
          class="thumbnail-picture"
          src={picture}
          alt={`Thumbnail of ${name}`}
          width={640}
          height={360}
          loading="lazy"
          decoding="async"
          onError={() => setBroken(picture)}
        />
      )}
    </span>
  );
}
