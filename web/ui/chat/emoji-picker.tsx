import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { TextField } from '../components/text-field.js';
import { type Cell, gridOf, type GridGroup, moveIn } from './emoji-grid.js';
import { EMOJI_GROUPS, type EmojiGroup, type ListedEmoji } from './emoji-list.js';
import { findEmoji } from './emoji-search.js';
import { keepRecentEmoji, readRecentEmoji } from './recent-emoji.js';
import './emoji-picker.css';

export interface EmojiPickerProps {
  /** `more` is true if Shift is held, to pick another emoji afterwards. */
  onPick: (emoji: string, more: boolean) => void;
  /** Called on Escape. */
  onClose: () => void;
}

const FOUND_MAX = 64;

/**
 * The emoji picker, with a search. Arrow keys move the focus, Enter picks an emoji, and Escape
 * closes the picker.
 */
export function EmojiPicker({ onPick, onClose }: EmojiPickerProps) {
  const [query, setQuery] = useState('');
  const [cell, setCell] = useState<Cell>({ row: 0, column: 0 });
  const [shown, setShown] = useState<string | null>(null);
  const root = useRef<HTMLDivElement>(null);
  const search = useRef<HTMLInputElement>(null);
  // The recent emoji are read only once, so that they don't move under the pointer.
  const everything = useMemo(() => [recentGroup(), ...EMOJI_GROUPS], []);
  const grid = useMemo(() => gridOf(groupsFor(query, everything)), [query, everything]);

  useEffect(() => {
    // On a phone, focusing the search would open the keyboard over the emoji.
    if (!matchMedia('(pointer: coarse)').matches) search.current?.focus();
  }, []);
  function focusCell(to: Cell): void {
    setCell(to);
    root.current?.querySelector<HTMLElement>(`[data-cell="${cellId(to)}"]`)?.focus();
  }
  function pick(emoji: string, more: boolean): void {
    keepRecentEmoji(emoji);
    onPick(emoji, more);
  }
  function onKeyDown(event: KeyboardEvent): void {
    if (event.key === 'Escape') {
      event.stopPropagation();
      onClose();
      return;
    }
    if (event.target === search.current) {
      const first = grid[0]?.rows[0]?.[0];
      if (event.key === 'ArrowDown' && first) focusCell({ row: 0, column: 0 });
      else if (event.key === 'Enter' && first && query.trim() !== '')
        pick(first.emoji, event.shiftKey);
      else return;
    } else {
      const to = moveIn(grid, cell, event.key);
      if (to === null) return;
      if (to === 'above') search.current?.focus();
      else focusCell(to);
    }
    event.preventDefault();
    // Outside the picker, arrow keys seek and change the volume.
    event.stopPropagation();
  }

  return (
    <div
      class="chat-popup emoji-picker"
      role="dialog"
      aria-label="Emoji"
      ref={root}
      onKeyDown={onKeyDown}
    >
      <TextField
        label="Search emoji"
        hideLabel
        placeholder="Search emoji"
        value={query}
        onInput={(typed) => {
          setQuery(typed);
          setCell({ row: 0, column: 0 });
        }}
        autocapitalize="none"
        autocomplete="off"
        inputRef={search}
      />
      <div class="emoji-scroller">
        {grid.length === 0 && <p class="emoji-none">No matching emoji.</p>}
        {grid.map((group) => (
          <Group key={group.label} group={group} current={cell} onPick={pick} onShow={setShown} />
        ))}
      </div>
      <p class="emoji-name" aria-hidden="true">
        {shown === null ? 'You can also type names, like :tada:' : `:${shown}:`}
      </p>
    </div>
  );
}

interface GroupProps {
  group: GridGroup;
  current: Cell;
  onPick: (emoji: string, more: boolean) => void;
  /** Called with the name of the hovered or focused emoji. */
  onShow: (name: string | null) => void;
}

function Group({ group, current, onPick, onShow }: GroupProps) {
  return (
    <section>
      <h3 class="emoji-group">{group.label}</h3>
      <div role="grid" aria-label={group.label} onPointerLeave={() => onShow(null)}>
        {group.rows.map((row, index) => (
          <div key={index} class="emoji-row" role="row">
            {row.map(({ emoji, name }, column) => {
              const cell = { row: group.firstRow + index, column };
              return (
                <button
                  key={emoji}
                  class="emoji-cell"
                  type="button"
                  role="gridcell"
                  aria-label={name.replaceAll('_', ' ')}
                  data-cell={cellId(cell)}
                  tabIndex={cellId(cell) === cellId(current) ? 0 : -1}
                  onPointerEnter={() => onShow(name)}
                  onFocus={() => onShow(name)}
                  onClick={(event) => onPick(emoji, event.shiftKey)}
                >
                  {emoji}
                </button>
              );
            })}
          </div>
        ))}
      </div>
    </section>
  );
}

function cellId({ row, column }: Cell): string {
  return `${row}.${column}`;
}

function groupsFor(query: string, everything: readonly EmojiGroup[]): readonly EmojiGroup[] {
  if (query.trim() === '') return everything;
  return [{ label: 'Results', emoji: findEmoji(query, FOUND_MAX) }];
}

function recentGroup(): EmojiGroup {
  const all = EMOJI_GROUPS.flatMap(({ emoji }) => emoji);
  const isKnown = (listed: ListedEmoji | undefined): listed is ListedEmoji => listed !== undefined;
  const emoji = readRecentEmoji()
    .map((recent) => all.find((listed) => listed.emoji === recent))
    .filter(isKnown);
  return { label: 'Recent', emoji };
}
