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
  ['', 'Everyone'],
  ['0', 'Followers'],
  ['10', 'Followers for 10+ minutes'],
  ['60', 'Followers for 1+ hour'],
  ['1440', 'Followers for 1+ day'],
  ['10080', 'Followers for 1+ week'],
] as const;

const SWITCHES = [
  ['registeredOnly', 'Accounts only', 'Guests can still read.'],
  ['emojiOnly', 'Emoji only', undefined],
  ['holdLinks', 'Hold messages with links', 'Until they’re approved.'],
  ['holdFirst', 'Hold first messages', 'From first-time chatters.'],
] as const;

/**
 * The form for the rules that apply to everyone except the owner and moderators. Changes take
 * effect immediately.
 */
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
            label="Slow mode"
            value={String(value.rules.slowModeS)}
            options={withCurrent(SLOW, String(value.rules.slowModeS), 'seconds')}
            onChange={(seconds) => change({ slowModeS: Number(seconds) })}
          />
          <Select
            label="Who can chat"
            value={
              value.rules.followersOnlyMin === null ? '' : String(value.rules.followersOnlyMin)
            }
            options={withCurrent(
              FOLLOWING,
              value.rules.followersOnlyMin === null ? '' : String(value.rules.followersOnlyMin),
              'minutes following',
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
        <span class="field-label">Blocked words, one per line</span>
        <textarea
          class="field-control"
          rows={4}
          value={text}
          onInput={(event) => setText(event.currentTarget.value)}
        />
        <span class="field-hint">
          Variant spellings are blocked too. A * at either end matches parts of longer words.
        </span>
      </label>
      <Button size="s" disabled={!isChanged} onClick={() => onSave(typed)}>
        Save words
      </Button>
    </div>
  );
}

/**
 * Returns the choices, with the current value added if it isn't among them because it was set by a
 * command.
 */
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
