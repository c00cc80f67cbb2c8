import type { ComponentChildren } from 'preact';
import { Button } from '../components/button.js';
import { Notice } from '../components/notice.js';
import { Skeleton } from '../components/skeleton.js';
import '../components/late-section.css';
import type { Loaded } from './use-loaded.js';

/** Draws what was loaded; until then its place, and what to do when it failed. */
export function WhenLoaded<T>({
  state,
  onRetry,
  children,
}: {
  state: Loaded<T>;
  onRetry: () => void;
  children: (value: T) => ComponentChildren;
}) {
  if (state.name === 'loading') return <Skeleton class="late-skeleton" />;
  if (state.name === 'failed')
    return (
      <Notice
        title="This could not be loaded"
        action={<Button onClick={onRetry}>Try again</Button>}
      >
        {state.message}
      </Notice>
    );
  return <>{children(state.value)}</>;
}
