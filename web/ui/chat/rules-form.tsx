import { useState } from 'preact/hooks';
import type { ChatRules } from '../../../src/protocol/chat-rules.js';
import type { ChatModeration } from '../../client/chat-moderation.js';
import { Button } from '../components/button.js';
import { Select } from '../components/select.js';
import { Spinner } from '../components/spinner.js';
import { Switch } from '../components/switch.js';
import { useLoaded } from './use-loaded.js';

const SLOW = [
  ['0', 'Off'],
  ['5', '5 seconds'],
  ['10', '10 seconds'],
  ['30', '30 seconds'],
  ['60', '1 minute'],
  ['300', '5 minutes'],
] as const;

const FOLLOWING = [
  ['', 'Everybody'],
  ['0', 'Followers'],
  ['10', 'Followers of 10 minutes'],
  ['60', 'Followers of an hour'],
  ['1440', 'Followers of a day'],
  ['10080', 'Followers of a week'],
] as const;

const SWITCHES = [
  ['registeredOnly', 'Accounts only', 'Guests can read on.'],
  ['emojiOnly', 'Emoji only', undefined],
  ['holdLinks', 'Messages with links wait', 'Until a moderator approves them.'],
  ['holdFirst', 'First messages wait', 'Of everybody who is new to this chat.'],
] as const;

/** What holds for who writes here but the owner and moderators. Each change holds at once. */
export function RulesForm({ moderation }: { moderation: ChatModeration }) {
  const loaded = useLoaded(() => moderation.settings());
  const { value, problem, act } = loaded;
  const change = (rules: Partial<ChatRules>): void => act(() => moderation.change({ rules }));
  if (value === null && problem === null) return <Spinner label="Loading" />;
  return (
    <div class="moderation-form">
      <div role="alert">{problem !== null && <p class="moderation-problem">{problem}</p>}</div>
      {value && (
        <>
          <Select
            label="Slow mode: between two messages of one person"
            value={String(value.rules.slowModeS)}
            options={withCurrent(SLOW, String(value.rules.slowModeS), 'seconds')}
            onChange={(seconds) => change({ slowModeS: Number(seconds) })}
          />
          <Select
            label="Who may write"
            value={
              value.rules.followersOnlyMin === null ? '' : String(value.rules.followersOnlyMin)
            }
            options={withCurrent(
              FOLLOWING,
              value.rules.followersOnlyMin === null ? '' : String(value.rules.followersOnlyMin),
              'minutes of following',
            )}
            onChange={(minutes) =>
              change({ followersOnlyMin: minutes === '' ? null : Number(minutes) })
            }
          />
          {SWITCHES.map(([rule, label, hint]) => (
            <Switch
              key={rule}
              label={label}
              {...(hint !== undefined && { hint })}
              checked={value.rules[rule]}
              onChange={(on) => change({ [rule]: on })}
            />
          ))}
          <BlockedWords
            words={value.blockedWords}
            onSave={(blockedWords) => act(() => moderation.change({ blockedWords }))}
          />
        </>
      )}
    </div>
  );
}

interface BlockedWordsProps {
  words: readonly string[];
  onSave: (words: string[]) => void;
}

function BlockedWords({ words, onSave }: BlockedWordsProps) {
  const [text, setText] = useState(words.join('\n'));
  const typed = text
    .split('\n')
    .map((word) => word.trim())
    .filter((word) => word !== '');
  const isChanged = typed.join('\n') !== words.join('\n');
  return (
    <div class="field">
      <label class="field">
        <span class="field-label">Blocked words, one a line</span>
        <textarea
          class="field-control"
          rows={4}
          value={text}
          onInput={(event) => setText(event.currentTarget.value)}
        />
        <span class="field-hint">
          However they are spelled. A * at an end finds parts of longer words as well.
        </span>
      </label>
      <Button size="s" disabled={!isChanged} onClick={() => onSave(typed)}>
        Save words
      </Button>
    </div>
  );
}

/** The choices, and what is set where it is none of them (by a command). */
function withCurrent(
  choices: readonly (readonly [string, string])[],
  current: string,
  unit: string,
): { value: string; label: string }[] {
  const all = choices.some(([value]) => value === current)
    ? choices
    : [...choices, [current, `${current} ${unit}`] as const];
  return all.map(([value, label]) => ({ value, label }));
}
