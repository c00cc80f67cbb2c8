import { useState } from 'preact/hooks';
import { KeyRound, Plus } from 'lucide';
import type { TokenScope, TokenView } from '../../../src/protocol/account-tokens.js';
import { TOKEN_NAME_MAX } from '../../../src/protocol/limits.js';
import { at } from '../../client/base-path.js';
import { accountApi } from '../../client/account-api.js';
import { Badge } from '../components/badge.js';
import { Button } from '../components/button.js';
import { Card } from '../components/card.js';
import { Dialog } from '../components/dialog.js';
import { Icon } from '../components/icon.js';
import { Select } from '../components/select.js';
import { TextField } from '../components/text-field.js';
import { attempt } from './attempt.js';
import { CopyText } from './copy-text.js';
import { FormError } from './form-error.js';
import { WhenLoaded } from './loaded.js';
import { ProofFields, proofBlame, useProof, type Ways } from './proof-fields.js';
import { useLoaded } from './use-loaded.js';
import { useSubmit } from './use-submit.js';
import { whenLabel } from './when-label.js';

const SCOPES: readonly { scope: TokenScope; does: string }[] = [
  { scope: 'channels:read', does: 'View channels, including private ones you can access' },
  { scope: 'channels:write', does: 'Create, edit and delete your channels' },
  { scope: 'broadcast:write', does: 'Go live on your channels' },
  { scope: 'chat:read', does: 'Read chat' },
  { scope: 'chat:write', does: 'Send chat messages as you' },
  { scope: 'chat:moderate', does: 'Moderate chats where you’re allowed to' },
  { scope: 'admin', does: 'Administer this server' },
];
const LIFETIMES = [
  { value: '30', label: '30 days' },
  { value: '90', label: '90 days' },
  { value: '365', label: '1 year' },
  { value: 'none', label: 'No expiration' },
] as const;

async function load() {
  const [tokens, security] = await Promise.all([accountApi.tokens(), accountApi.security()]);
  return { tokens, security };
}

/** The API tokens with which programs act on behalf of the account. */
export default function TokensSection({ isAdmin }: { isAdmin: boolean }) {
  const [state, reload] = useLoaded(load);
  const [adding, setAdding] = useState(false);
  const [made, setMade] = useState<string | null>(null);
  return (
    <Card>
      <div class="section-head">
        <h2>API tokens</h2>
        {!adding && (
          <Button icon={Plus} onClick={() => setAdding(true)}>
            New token
          </Button>
        )}
      </div>
      <p class="section-lead muted">
        With a token, a program can use the API within the token’s scopes. The API is described at{' '}
        <a href={at('/api/openapi.json')}>/api/openapi.json</a>.
      </p>
      {adding && state.name === 'loaded' && (
        <NewTokenForm
          isAdmin={isAdmin}
          ways={state.value.security}
          onCancel={() => setAdding(false)}
          onMade={(token) => {
            setAdding(false);
            setMade(token);
            void reload();
          }}
        />
      )}
      <WhenLoaded state={state} onRetry={() => void reload()}>
        {({ tokens }) => (
          <ul class="rows">
            {tokens.map((token) => (
              <TokenRow
                key={token.id}
                token={token}
                onDelete={() =>
                  void attempt(async () => {
                    await accountApi.deleteToken(token.id);
                    await reload();
                  }, `Token ${token.name} deleted.`)
                }
              />
            ))}
          </ul>
        )}
      </WhenLoaded>
      {made !== null && (
        <Dialog
          title="Your new token"
          onClose={() => setMade(null)}
          actions={
            <Button variant="primary" onClick={() => setMade(null)}>
              I’ve saved it
            </Button>
          }
        >
          <p>It won’t be shown again. Anyone who has it can do what its scopes allow.</p>
          <CopyText text={made} label="Copy token" />
        </Dialog>
      )}
    </Card>
  );
}

function TokenRow({ token, onDelete }: { token: TokenView; onDelete: () => void }) {
  const end = token.expiresAt === null ? 'never expires' : `expires ${whenLabel(token.expiresAt)}`;
  return (
    <li class="row">
      <Icon icon={KeyRound} size={20} />
      <div class="row-text">
        <h3>{token.name}</h3>
        <p class="muted">
          last used {whenLabel(token.lastUsedAt)} · {end}
        </p>
        <p class="row-badges">
          {token.scopes.map((scope) => (
            <Badge key={scope}>{scope}</Badge>
          ))}
        </p>
      </div>
      <Button size="s" onClick={onDelete}>
        Delete
      </Button>
    </li>
  );
}

function NewTokenForm({
  isAdmin,
  ways,
  onCancel,
  onMade,
}: {
  isAdmin: boolean;
  ways: Ways;
  onCancel: () => void;
  onMade: (token: string) => void;
}) {
  const [name, setName] = useState('');
  const [scopes, setScopes] = useState<readonly TokenScope[]>([]);
  const [days, setDays] = useState<(typeof LIFETIMES)[number]['value']>('90');
  const typed = useProof(ways);
  const form = useSubmit(async () => {
    const expiresInDays = days === 'none' ? null : Number(days);
    const token = { name, scopes: [...scopes], expiresInDays };
    onMade((await accountApi.createToken({ ...token, ...typed.proof })).token);
  }, proofBlame(ways));
  const offered = SCOPES.filter(({ scope }) => isAdmin || scope !== 'admin');
  const scopeProblem = form.issue('scopes');
  return (
    <form class="account-form section-form" onSubmit={form.submit} noValidate>
      <FormError message={form.message ?? scopeProblem} />
      <TextField
        label="Token name"
        name="name"
        value={name}
        onInput={setName}
        error={form.issue('name')}
        maxLength={TOKEN_NAME_MAX}
        autocomplete="off"
        required
      />
      <fieldset class="checks">
        <legend class="field-label">Permissions</legend>
        {offered.map(({ scope, does }) => (
          <label key={scope} class="check">
            <input
              type="checkbox"
              checked={scopes.includes(scope)}
              onChange={(event) =>
                setScopes(
                  event.currentTarget.checked
                    ? [...scopes, scope]
                    : scopes.filter((one) => one !== scope),
                )
              }
            />
            <span>
              {does} <code>{scope}</code>
            </span>
          </label>
        ))}
      </fieldset>
      <Select label="Expiration" value={days} options={LIFETIMES} onChange={setDays} />
      <ProofFields ways={ways} typed={typed} form={form} />
      <div class="account-form-actions">
        <Button onClick={onCancel}>Cancel</Button>
        <Button type="submit" variant="primary" busy={form.busy}>
          Create token
        </Button>
      </div>
    </form>
  );
}
