import type { ComponentChildren } from 'preact';
import { useCallback, useState } from 'preact/hooks';
import { WhenLoaded } from './loaded.js';
import { useLoaded } from './use-loaded.js';
import { Button } from '../components/button.js';

export interface MoreListProps<T> {
  /** Loads one page; a page shorter than `pageSize` is the last. Always the same function. */
  load: (offset: number) => Promise<readonly T[]>;
  pageSize: number;
  /** What is said when there is nothing. */
  empty: string;
  children: (item: T) => ComponentChildren;
}

/** A list, the newest first, of which a page is shown at a time. */
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
