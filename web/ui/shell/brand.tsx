import './brand.css';
import { at } from '../../client/base-path.js';

/** The logo's mark, which is a tally light. */
export function Mark({ size = 24 }: { size?: number }) {
  return (
    <svg class="mark" width={size} height={size} viewBox="0 0 24 24" aria-hidden="true">
      <circle cx="12" cy="12" r="6" fill="currentColor" />
      <circle
        cx="12"
        cy="12"
        r="9.5"
        fill="none"
        stroke="currentColor"
        stroke-opacity="0.35"
        stroke-width="2"
      />
    </svg>
  );
}

/** The logo, which links to the directory. */
export function Brand() {
  return (
    <a class="brand" href={at('/')} aria-label="Onair, home">
      <Mark />
      <span class="brand-name">Onair</span>
    </a>
  );
}
