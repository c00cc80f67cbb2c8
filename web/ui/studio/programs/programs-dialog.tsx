import { useCallback, useState } from 'preact/hooks';
import { KeyRound } from 'lucide';
import type { CreatedStreamKey, StreamKeyView } from '../../../../src/protocol/stream-key.js';
import { at } from '../../../client/base-path.js';
import { programApi } from '../../../client/program-api.js';
import { RequestError } from '../../../client/request-error.js';
import { FormError } from '../../account/form-error.js';
import { type Loaded, useLoaded } from '../../account/use-loaded.js';
import { whenLabel } from '../../account/when-label.js';
import { Button } from '../../components/button.js';
import { confirm } from '../../components/confirm.js';
import { DoneDialog } from '../../components/done-dialog.js';
import { Spinner } from '../../components/spinner.js';
import { Tabs } from '../../components/tabs.js';
import { CopyButton } from '../share/share-link.js';
import { type Recipe, recipes, srtUrl } from './program-recipes.js';
import './programs-dialog.css';

/** The address, key and settings that OBS and other encoders need to publish on a channel. */
export function ProgramsDialog({ channel, onClose }: { channel: string; onClose: () => void }) {
  const endpoint = `${location.origin}${at(`/whip/${channel}`)}`;
  const load = useCallback(() => programApi.streamKey(channel), [channel]);
  const [state] = useLoaded(load);
  const servers = state.name === 'loaded' ? state.value.rtmpServers : [];
  const srtServer = state.name === 'loaded' ? state.value.srtServer : null;
  const [made, setMade] = useState<CreatedStreamKey | null>(null);
  const key = made?.streamKey ?? null;
  const srt = srtServer && made && srtUrl(srtServer, channel, made.srtPassphrase);
  const [recipe, setRecipe] = useState<Recipe['id']>('obs');
  return (
    <DoneDialog title="Stream with OBS or another encoder" onClose={onClose}>
      <div class="programs">
        <Value label="WHIP server address" text={endpoint} what="address" />
        {servers.map((server) => (
          <Value key={server} label={serverLabel(server)} text={server} what="address" />
        ))}
        {srtServer !== null && <SrtAddress text={srt} />}
        <StreamKey channel={channel} state={state} made={key} onMade={setMade} />
        <Tabs
          label="Setup instructions"
          selected={recipe}
          onSelect={setRecipe}
          tabs={recipes({
            endpoint,
            rtmpServer: servers[0] ?? null,
            acceptsSrt: srtServer !== null,
            srtAddress: srt,
            key,
          }).map((one) => ({
            id: one.id,
            label: one.label,
            content: <Instructions recipe={one} />,
          }))}
        />
      </div>
    </DoneDialog>
  );
}

/** Returns the label of an RTMP address, which says whether the address keeps the key secret. */
function serverLabel(server: string): string {
  return server.startsWith('rtmps:')
    ? 'RTMPS server address'
    : 'RTMP server address (not encrypted)';
}

function Value({ label, text, what }: { label: string; text: string; what: string }) {
  return (
    <div class="programs-value">
      <div class="programs-row">
        <span class="field-label">{label}</span>
        <CopyButton text={text} what={what} />
      </div>
      <code class="programs-text">{text}</code>
    </div>
  );
}

/** The SRT address. The text is null until a key, and thus the passphrase, is created. */
function SrtAddress({ text }: { text: string | null }) {
  if (text !== null) return <Value label="SRT address" text={text} what="address" />;
  return (
    <div class="programs-value">
      <span class="field-label">SRT address</span>
      <p class="field-hint">
        It contains a passphrase, so it is shown once, when you create a stream key.
      </p>
    </div>
  );
}

function StreamKey({
  channel,
  state,
  made,
  onMade,
}: {
  channel: string;
  state: Loaded<StreamKeyView>;
  made: string | null;
  onMade: (made: CreatedStreamKey) => void;
}) {
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const createdAt = state.name === 'loaded' ? state.value.createdAt : null;
  const has = made !== null || createdAt !== null;
  const message = problem ?? (state.name === 'failed' ? state.message : null);

  async function make(): Promise<void> {
    if (has && !(await mayReplace())) return;
    setBusy(true);
    setProblem(null);
    try {
      onMade(await programApi.newStreamKey(channel));
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
            Copy it now. Neither the key nor the passphrase in the SRT address will be shown again.
            Keep both secret: anyone with either of them can go live on your channel.
          </p>
        </>
      )}
      {made === null && (
        <p class="field-hint">
          {createdAt === null
            ? 'An encoder needs the channel’s stream key to go live.'
            : `This channel has a stream key, created ${whenLabel(createdAt)}. It can’t be shown again. If you lost it, create a new one.`}
        </p>
      )}
      {message !== null && <FormError message={message} />}
      <div>
        <Button icon={KeyRound} busy={busy} onClick={() => void make()}>
          {has ? 'Create new key' : 'Create stream key'}
        </Button>
      </div>
    </div>
  );
}

function mayReplace(): Promise<boolean> {
  return confirm({
    title: 'Create a new stream key?',
    text: 'The old key stops working immediately. An encoder that is live with it is disconnected and needs the new key.',
    action: 'Create new key',
    cancel: 'Keep old key',
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
