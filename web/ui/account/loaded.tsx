import type { ComponentChildren } from 'preact';
import { Button } from '../components/button.js';
import { Notice } from '../components/notice.js';
import { Skeleton } from '../components/skeleton.js';
import '../components/late-section.css';
import type { Loaded } from './use-loaded.js';

/**
 * Renders a loaded value, a skeleton while it is loading, or a notice with a retry button if
 * loading failed.
 */
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
      <Notice title="Couldn’t load this" action={<Button onClick={onRetry}>Try again</Button>}>
        {state.message}
      </Notice>
    );
  return <>{children(state.value)}</>;
}
