import { Spinner } from '../components/spinner.js';
import { useNow } from '../shell/now.js';

/** Over the preview while the connection is lost. */
export function Reconnecting({ untilMs }: { untilMs: number }) {
  const leftS = Math.max(0, Math.ceil((untilMs - useNow(1_000)) / 1_000));
  return (
    <div class="stage-cover">
      <Spinner size={28} />
      <h2>Reconnecting</h2>
      <p>
        Viewers see that you are coming back. This goes on by itself, nothing to press.{' '}
        <span class="figures">{leftS} s left.</span>
      </p>
    </div>
  );
}
