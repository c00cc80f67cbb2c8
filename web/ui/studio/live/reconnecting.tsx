import { Spinner } from '../../components/spinner.js';
import { useNow } from '../../shell/now.js';
import '../stage-cover.css';

/** Covers the preview while the connection is lost. */
export function Reconnecting({ untilMs }: { untilMs: number }) {
  const leftS = Math.max(0, Math.ceil((untilMs - useNow(1_000)) / 1_000));
  return (
    <div class="stage-cover">
      <Spinner size={28} />
      <h2>Reconnecting</h2>
      <p>
        {leftS > 0 ? (
          <>
            Viewers see that you are reconnecting. This page keeps trying for{' '}
            <span class="figures">{leftS}</span> more seconds.
          </>
        ) : (
          'Still reconnecting. The broadcast may have ended by now.'
        )}
      </p>
    </div>
  );
}
