import type { ComponentChildren } from 'preact';
import { useCallback, useState } from 'preact/hooks';
import { ADMIN_PAGE } from '../../client/admin-api.js';
import { WhenLoaded } from '../account/loaded.js';
import { useLoaded } from '../account/use-loaded.js';
import { Button } from '../components/button.js';
import { Card } from '../components/card.js';
import { TextField } from '../components/text-field.js';

export interface SearchListProps<T> {
  title: string;
  /** Shown if nothing matches. */
  empty: string;
  load: (search: string, offset: number) => Promise<readonly T[]>;
  children: (item: T, reload: () => Promise<void>) => ComponentChildren;
}

/** A paginated list that can be searched by name. */
export function SearchList<T>({ title, empty, load, children }: SearchListProps<T>) {
  const [typed, setTyped] = useState('');
  const [query, setQuery] = useState({ search: '', offset: 0 });
  const loadPage = useCallback(() => load(query.search, query.offset), [load, query]);
  const [state, reload] = useLoaded(loadPage);
  return (
    <Card>
      <h2>{title}</h2>
      <form
        class="admin-search"
        role="search"
        onSubmit={(event) => {
          event.preventDefault();
          setQuery({ search: typed, offset: 0 });
        }}
      >
        <TextField
          label="Search by name"
          hideLabel
          placeholder="Search by name"
          value={typed}
          onInput={setTyped}
          autocomplete="off"
          autocapitalize="none"
        />
        <Button type="submit">Search</Button>
      </form>
      <WhenLoaded state={state} onRetry={() => void reload()}>
        {(items) => (
          <>
            {items.length === 0 && <p class="section-lead muted">{empty}</p>}
            <ul class="rows">{items.map((item) => children(item, reload))}</ul>
            <div class="section-actions">
              {query.offset > 0 && (
                <Button onClick={() => setQuery({ ...query, offset: query.offset - ADMIN_PAGE })}>
                  Previous
                </Button>
              )}
              {items.length === ADMIN_PAGE && (
                <Button onClick={() => setQuery({ ...query, offset: query.offset + ADMIN_PAGE })}>
                  Next
                </Button>
              )}
            </div>
          </>
        )}
      </WhenLoaded>
    </Card>
  );
}
