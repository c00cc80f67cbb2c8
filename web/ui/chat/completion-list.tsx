import { useEffect, useRef } from 'preact/hooks';
import type { Suggestion } from './suggestions.js';
import './completion-list.css';

export interface CompletionListProps {
  /** The list's element id, to which the text box refers. */
  id: string;
  suggestions: readonly Suggestion[];
  active: number;
  onChoose: (suggestion: Suggestion) => void;
}

/** A list of completions for the word in the text box. The focus remains in the box. */
export function CompletionList({ id, suggestions, active, onChoose }: CompletionListProps) {
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest' });
  }, [active, suggestions.length]);
  return (
    <>
      {suggestions.length > 0 && (
        <div
          class="chat-popup completion"
          id={id}
          ref={list}
          role="listbox"
          aria-label="Suggestions"
          // Makes the list focusable, so that it can be scrolled with its own keys.
          tabIndex={0}
          // Pressing a suggestion must not move the focus or the caret out of the box.
          onPointerDown={(event) => event.preventDefault()}
        >
          {suggestions.map((suggestion, index) => (
            <div
              key={suggestion.id}
              class="completion-option"
              id={optionId(id, index)}
              role="option"
              aria-selected={index === active}
              onClick={() => onChoose(suggestion)}
            >
              {suggestion.sign !== undefined && (
                <span class="completion-sign">{suggestion.sign}</span>
              )}
              <span class="completion-label">{suggestion.label}</span>
              {suggestion.note !== undefined && (
                <span class="completion-note">{suggestion.note}</span>
              )}
            </div>
          ))}
        </div>
      )}
      <p class="visually-hidden" role="status">
        {suggestions.length > 0 && `${suggestions.length} suggestions. Press Tab to accept one.`}
      </p>
    </>
  );
}

/** Returns the element id of a suggestion. */
export function optionId(listId: string, index: number): string {
  return `${listId}-${index}`;
}
