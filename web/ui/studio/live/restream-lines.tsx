import { isTroubled, restreamWords } from '../settings/restream-words.js';
import { useRestreams } from '../settings/use-restreams.js';
import './restream-lines.css';

/** The state of each service to which the broadcast is restreamed; empty if there are none. */
export function RestreamLines({ channel }: { channel: string }) {
  const [state] = useRestreams(channel);
  const targets = state.name === 'loaded' ? state.value.filter(({ enabled }) => enabled) : [];
  if (targets.length === 0) return null;
  return (
    <section class="panel">
      <h3>Restreams</h3>
      <ul class="restream-lines">
        {targets.map((target) => (
          <li key={target.id} class={isTroubled(target) ? 'restream-trouble' : undefined}>
            <strong>{target.name}:</strong> {restreamWords(target)}
          </li>
        ))}
      </ul>
    </section>
  );
}
