import { useState } from 'preact/hooks';
import { Trash2 } from 'lucide';
import type { MemberView } from '../../../../src/protocol/access.js';
import { api } from '../../../client/api.js';
import { RequestError } from '../../../client/request-error.js';
import { FormError } from '../../account/form-error.js';
import { useSubmit } from '../../account/use-submit.js';
import { Button } from '../../components/button.js';
import { IconButton } from '../../components/icon-button.js';
import { TextField } from '../../components/text-field.js';
import { toast } from '../../components/toast.js';
import './member-list.css';

export interface MemberListProps {
  channel: string;
  members: readonly MemberView[];
  onChange: (members: MemberView[]) => void;
}

/** The list of accounts that can watch a private channel. Changes apply immediately. */
export function MemberList({ channel, members, onChange }: MemberListProps) {
  const [username, setUsername] = useState('');
  const form = useSubmit(
    async () => {
      await api.addMember(channel, username.trim());
      setUsername('');
      onChange((await api.access(channel)).members);
    },
    { account_not_found: 'username', not_found: 'username' },
  );
  async function remove(member: MemberView): Promise<void> {
    try {
      await api.removeMember(channel, member.username);
      onChange(members.filter((other) => other !== member));
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      toast({ text: error.message, tone: 'danger' });
    }
  }
  return (
    <>
      <form class="member-add" onSubmit={form.submit} noValidate>
        <TextField
          label="Add an account"
          name="username"
          value={username}
          onInput={setUsername}
          error={form.issue('username')}
          placeholder="Username to add"
          hideLabel
          autocomplete="off"
          autocapitalize="none"
        />
        <Button type="submit" disabled={username.trim() === ''} busy={form.busy}>
          Add
        </Button>
      </form>
      <FormError message={form.message} />
      {members.length === 0 ? (
        <p class="field-hint">The list is empty. Only you and your moderators can watch.</p>
      ) : (
        <ul class="member-list" aria-label="Accounts on the list">
          {members.map((member) => (
            <li key={member.username}>
              <span>{member.username}</span>
              <IconButton
                icon={Trash2}
                label={`Remove ${member.username}`}
                size="s"
                align="end"
                onClick={() => void remove(member)}
              />
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
