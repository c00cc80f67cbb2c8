import { useCallback, useState } from 'preact/hooks';
import { KeyRound } from 'lucide';
import { at } from '../../../client/base-path.js';
import { programApi } from '../../../client/program-api.js';
import { RequestError } from '../../../client/request-error.js';
import { useLoaded } from '../../account/use-loaded.js';
import { whenLabel } from '../../account/when-label.js';
import { Button } from '../../components/button.js';
import { confirm } from '../../components/confirm.js';
import { Dialog } from '../../components/dialog.js';
import { Spinner } from '../../components/spinner.js';
import { Tabs } from '../../components/tabs.js';
import { CopyButton } from '../share/share-link.js';
import { type Recipe, recipes } from './program-recipes.js';
import './programs-dialog.css';

/** What OBS and other encoders need to publish on a channel: address, key and settings. */
export function ProgramsDialog({ channel, onClose }: { channel: string; onClose: () => void }) {
  const endpoint = `${location.origin}${at(`/whip/${channel}`)}`;
  const [key, setKey] = useState<string | null>(null);
  const [recipe, setRecipe] = useState<Recipe['id']>('obs');
  return (
    <Dialog
      title="Stream with OBS or another program"
      onClose={onClose}
      actions={
        <Button variant="primary" onClick={onClose}>
          Done
        </Button>
      }
    >
      <div class="programs">
        <Value label="Server address" text={endpoint} what="address" />
        <StreamKey channel={channel} made={key} onMade={setKey} />
        <Tabs
          label="How to set the program"
          selected={recipe}
          onSelect={setRecipe}
          tabs={recipes(endpoint, key).map((one) => ({
            id: one.id,
            label: one.label,
            content: <Instructions recipe={one} />,
          }))}
        />
      </div>
    </Dialog>
  );
}

function Value({ label, text, what }: { label: string; text: string; what: string }) {
  return (
    <div class="programs-value">
      <span class="field-label">{label}</span>
      <div class="programs-row">
        <code class="programs-text">{text}</code>
        <CopyButton text={text} what={what} />
      </div>
    </div>
  );
}

function StreamKey({
  channel,
  made,
  onMade,
}: {
  channel: string;
  made: string | null;
  onMade: (key: string) => void;
}) {
  const load = useCallback(() => programApi.streamKey(channel), [channel]);
  const [state] = useLoaded(load);
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const createdAt = state.name === 'loaded' ? state.value.createdAt : null;
  const has = made !== null || createdAt !== null;
  const told = problem ?? (state.name === 'failed' ? state.message : null);

  async function make(): Promise<void> {
    if (has && !(await mayReplace())) return;
    setBusy(true);
    setProblem(null);
    try {
      onMade((await programApi.newStreamKey(channel)).streamKey);
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      setProblem(error.message);
    } finally {
      setBusy(false);
    }
  }
  if (state.name === 'loading') return <Spinner label="Loading" />;
  return (
    <div class="programs-key">
      {made !== null && (
        <>
          <Value label="Stream key" text={made} what="key" />
          <p class="field-hint">
            It is shown only now. Who has it can go live on your channel: show it to nobody.
          </p>
        </>
      )}
      {made === null && (
        <p class="field-hint">
          {createdAt === null
            ? 'A program shows by the channel’s stream key that it may publish.'
            : `The channel has a stream key, made ${whenLabel(createdAt)}. It can’t be shown again: make a new one where it is lost.`}
        </p>
      )}
      {told !== null && (
        <p class="panel-problem" role="alert">
          {told}
        </p>
      )}
      <div>
        <Button icon={KeyRound} busy={busy} onClick={() => void make()}>
          {has ? 'Make a new key' : 'Make a stream key'}
        </Button>
      </div>
    </div>
  );
}

function mayReplace(): Promise<boolean> {
  return confirm({
    title: 'Make a new stream key?',
    text: 'The old one stops working at once. A program that is live with it is cut off, and has to be given the new one.',
    action: 'Make a new key',
    cancel: 'Keep the old one',
    danger: true,
  });
}

function Instructions({ recipe: { steps, command } }: { recipe: Recipe }) {
  return (
    <div class="programs-how">
      {steps.length > 1 ? (
        <ol>
          {steps.map((step) => (
            <li key={step}>{step}</li>
          ))}
        </ol>
      ) : (
        <p>{steps[0]}</p>
      )}
      {command !== null && (
        <>
          <pre class="share-code" tabIndex={0} aria-label="Command">
            {command}
          </pre>
          <div>
            <CopyButton text={command} what="command" />
          </div>
        </>
      )}
    </div>
  );
}
