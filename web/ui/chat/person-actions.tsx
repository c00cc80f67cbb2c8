import { useState } from 'preact/hooks';
import { Ellipsis } from 'lucide';
import { Button } from '../components/button.js';
import { IconButton } from '../components/icon-button.js';
import { TIMEOUTS } from './timeouts.js';

export interface PersonActionsProps {
  /** The person's name. */
  name: string;
  onTimeout: (seconds: number) => void;
  onBan: () => void;
  /** Lifts a ban or timeout; null if the person isn't known to have one. */
  onUnban: (() => void) | null;
  onClear: () => void;
}

/** A moderator's actions on a person in a list, which expand below the row. */
export function PersonActions(props: PersonActionsProps) {
  const [isOpen, setOpen] = useState(false);
  const { name, onUnban } = props;
  const does = (action: () => void) => () => {
    setOpen(false);
    action();
  };
  return (
    <>
      <IconButton
        icon={Ellipsis}
        label={`Moderate ${name}`}
        size="s"
        align="end"
        expanded={isOpen}
        onClick={() => setOpen(!isOpen)}
      />
      {isOpen && (
        <div class="moderation-acts" role="group" aria-label={`Moderate ${name}`}>
          {onUnban ? (
            <Button size="s" onClick={does(onUnban)}>
              Unban
            </Button>
          ) : (
            <TimeOuts onTimeout={(seconds) => does(() => props.onTimeout(seconds))()} />
          )}
          <Button size="s" variant="danger" onClick={does(props.onBan)}>
            Ban {name}
          </Button>
          <Button size="s" onClick={does(props.onClear)}>
            Delete all messages
          </Button>
        </div>
      )}
    </>
  );
}

function TimeOuts({ onTimeout }: Pick<PersonActionsProps, 'onTimeout'>) {
  return (
    <span class="moderation-timeouts">
      <span class="moderation-note" aria-hidden="true">
        Time out for
      </span>
      {TIMEOUTS.map(([length, seconds]) => (
        <Button key={seconds} size="s" onClick={() => onTimeout(seconds)}>
          <span class="visually-hidden">Time out for </span>
          {length}
        </Button>
      ))}
    </span>
  );
}
