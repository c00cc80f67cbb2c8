import type { ComponentChildren } from 'preact';
import { Spinner } from '../components/spinner.js';
import type { Loaded } from './use-loaded.js';

interface ModerationListProps<T> {
  loaded: Loaded<readonly T[]>;
  /** Shown if the list is empty. */
  none: string;
  children: (item: T) => ComponentChildren;
}

/** A list with its loading, failed and empty states. */
export function ModerationList<T>({ loaded, none, children }: ModerationListProps<T>) {
  const { value, problem } = loaded;
  return (
    <>
      <div role="alert">{problem !== null && <p class="moderation-problem">{problem}</p>}</div>
      {value === null && problem === null && <Spinner label="Loading" />}
      {value?.length === 0 && <p class="moderation-note">{none}</p>}
      {value !== null && value.length > 0 && (
        <ul class="moderation-list">{value.map((item) => children(item))}</ul>
      )}
    </>
  );
}
