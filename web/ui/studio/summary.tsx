import { Button } from '../components/button.js';
import { wordyDuration } from '../format/duration.js';
import { count } from '../format/quantity.js';
import { type BroadcastSummary, endSentence } from './broadcast-summary.js';
import type { OnAir } from './on-air.js';
import './summary.css';

/** After the end: how it went, and the way back. */
export function Summary({
  summary,
  messages,
  onAir,
}: {
  summary: BroadcastSummary;
  /** How many chat messages there were; null when not known. */
  messages: number | null;
  onAir: OnAir;
}) {
  const { title, channel, lengthMs, peakViewers, reason } = summary;
  return (
    <section class="summary" aria-labelledby="summary-title">
      <div class="summary-head">
        <h1 id="summary-title">Broadcast ended</h1>
        <p class="muted">
          {endSentence(reason)}
          {title && ` It was called “${title}”.`}
        </p>
      </div>
      <dl class="summary-figures">
        <Figure label="Length" value={wordyDuration(lengthMs)} />
        <Figure label="Most viewers at once" value={count(peakViewers)} />
        {messages !== null && <Figure label="Chat messages" value={count(messages)} />}
      </dl>
      <div class="summary-actions">
        <Button variant="primary" size="l" onClick={() => void onAir.dismiss()}>
          Back to the studio
        </Button>
        <Button size="l" href={`/${channel}`}>
          See your channel
        </Button>
      </div>
    </section>
  );
}

function Figure({ label, value }: { label: string; value: string }) {
  return (
    <div class="summary-figure">
      <dt>{label}</dt>
      <dd class="figures">{value}</dd>
    </div>
  );
}
