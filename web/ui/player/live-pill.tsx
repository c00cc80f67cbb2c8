import './live-pill.css';

/**
 * Shows "live" in red at the live edge; behind the live edge, it is a button that returns there.
 * Both are the same element, which keeps the focus.
 */
export function LivePill({ live, onGoLive }: { live: boolean; onGoLive: () => void }) {
  return (
    <button
      class={live ? 'live-pill live-pill-on' : 'live-pill'}
      type="button"
      aria-disabled={live || undefined}
      onClick={() => {
        if (!live) onGoLive();
      }}
    >
      <span class="live-pill-dot" aria-hidden="true" />
      {live ? 'LIVE' : 'Go to live'}
    </button>
  );
}
