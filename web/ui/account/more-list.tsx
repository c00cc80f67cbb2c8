import type { ComponentChildren } from 'preact';
import { useCallback, useState } from 'preact/hooks';
import { WhenLoaded } from './loaded.js';
import { useLoaded } from './use-loaded.js';
import { Button } from '../components/button.js';

export interface MoreListProps<T> {
  /**
   * Loads one page. A page shorter than `pageSize` is the last one. The function must be stable.
   */
  load: (offset: number) => Promise<readonly T[]>;
  pageSize: number;
  /** Shown if the list is empty. */
  empty: string;
  children: (item: T) => ComponentChildren;
}

/** A paginated list, newest first. */
export function MoreList<T>({ load, pageSize, empty, children }: MoreListProps<T>) {
  const [offset, setOffset] = useState(0);
  const loadPage = useCallback(() => load(offset), [load, offset]);
  const [state, reload] = useLoaded(loadPage);
  return (
    <WhenLoaded state={state} onRetry={() => void reload()}>
      {(items) => (
        <>
          {items.length === 0 && <p class="section-lead muted">{empty}</p>}
          <ul class="rows">{items.map((item) => children(item))}</ul>
          <div class="section-actions">
            {offset > 0 && (
              <Button onClick={() => setOffset(Math.max(0, offset - pageSize))}>Newer</Button>
            )}
            {items.length === pageSize && (
              <Button onClick={() => setOffset(offset + pageSize)}>Older</Button>
            )}
          </div>
        </>
      )}
    </WhenLoaded>
  );
}
