import { useState } from 'preact/hooks';
import type { SecurityView } from '../../../src/protocol/account.js';
import type { SecondFactorSetup } from '../../../src/protocol/account-second-factor.js';
import { accountApi, type Proof } from '../../client/account-api.js';
import { Badge } from '../components/badge.js';
import { Button } from '../components/button.js';
import { Card } from '../components/card.js';
import { Dialog } from '../components/dialog.js';
import { TextField } from '../components/text-field.js';
import { toast } from '../components/toast.js';
import { CopyText } from './copy-text.js';
import { PasswordDialog } from './password-dialog.js';
import { QrCode } from './qr-code.js';
import { useSubmit } from './use-submit.js';

type Step =
  | { name: 'none' }
  | { name: 'asking'; for: 'begin' | 'renew' | 'disable' }
  | { name: 'scanning'; setup: SecondFactorSetup }
  | { name: 'codes'; codes: readonly string[] };

const QUESTIONS = {
  begin: {
    title: 'Set up the second factor',
    text: 'From then on you log in with your password and a code that an app on your phone shows.',
    action: 'Continue',
  },
  renew: {
    title: 'Get new recovery codes?',
    text: 'The ones that you have stop working.',
    action: 'Get new codes',
  },
  disable: {
    title: 'Turn the second factor off?',
    text: 'Your password alone will be enough to log in.',
    action: 'Turn it off',
  },
};

/** Codes of an authenticator app beside the password. */
export function SecondFactorCard({
  security,
  onChange,
}: {
  security: SecurityView;
  onChange: () => Promise<void>;
}) {
  const [step, setStep] = useState<Step>({ name: 'none' });
  const close = (): void => setStep({ name: 'none' });
  const ask = (what: 'begin' | 'renew' | 'disable'): void => setStep({ name: 'asking', for: what });

  async function goOn(what: 'begin' | 'renew' | 'disable', proof: Proof) {
    if (what === 'begin')
      return setStep({ name: 'scanning', setup: await accountApi.beginFactor(proof) });
    if (what === 'renew')
      return setStep({ name: 'codes', codes: (await accountApi.renewCodes(proof)).codes });
    await accountApi.disableFactor(proof);
    close();
    toast({ text: 'The second factor is off.', tone: 'good' });
    await onChange();
  }

  return (
    <Card>
      <div class="section-head">
        <h2>Second factor</h2>
        <Badge tone={security.secondFactor ? 'good' : 'neutral'}>
          {security.secondFactor ? 'On' : 'Off'}
        </Badge>
      </div>
      <p class="section-lead muted">
        {security.secondFactor
          ? `You log in with a code of your authenticator app. ${security.recoveryCodesLeft} recovery codes are left.`
          : 'A code of an authenticator app, asked for after your password, keeps others out who have learnt it.'}
      </p>
      <div class="section-actions">
        {security.secondFactor ? (
          <>
            <Button onClick={() => ask('renew')}>New recovery codes</Button>
            <Button variant="ghost" onClick={() => ask('disable')}>
              Turn off
            </Button>
          </>
        ) : (
          <Button onClick={() => ask('begin')}>Set up</Button>
        )}
      </div>
      {step.name === 'asking' && (
        <PasswordDialog
          {...QUESTIONS[step.for]}
          danger={step.for === 'disable'}
          ways={security}
          onConfirm={(proof) => goOn(step.for, proof)}
          onClose={close}
        />
      )}
      {step.name === 'scanning' && (
        <ScanDialog
          setup={step.setup}
          onConfirmed={(codes) => setStep({ name: 'codes', codes })}
          onClose={close}
        />
      )}
      {step.name === 'codes' && (
        <CodesDialog
          codes={step.codes}
          onClose={() => {
            close();
            void onChange();
          }}
        />
      )}
    </Card>
  );
}

function ScanDialog({
  setup,
  onConfirmed,
  onClose,
}: {
  setup: SecondFactorSetup;
  onConfirmed: (codes: readonly string[]) => void;
  onClose: () => void;
}) {
  const [code, setCode] = useState('');
  const form = useSubmit(async () => onConfirmed((await accountApi.confirmFactor(code)).codes), {
    wrong_code: 'code',
  });
  return (
    <Dialog
      title="Scan this with your app"
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="primary" busy={form.busy} onClick={form.submit}>
            Turn on
          </Button>
        </>
      }
    >
      <QrCode text={setup.uri} label="QR code for an authenticator app" />
      <p class="muted">Or type this key into the app:</p>
      <CopyText text={setup.secret.match(/.{1,4}/g)?.join(' ') ?? setup.secret} label="Copy key" />
      <form class="account-form" onSubmit={form.submit} noValidate>
        <TextField
          label="Code that the app shows"
          name="code"
          value={code}
          onInput={setCode}
          error={form.issue('code') ?? form.message}
          autocomplete="one-time-code"
          required
        />
      </form>
    </Dialog>
  );
}

function CodesDialog({ codes, onClose }: { codes: readonly string[]; onClose: () => void }) {
  return (
    <Dialog
      title="Keep these recovery codes"
      onClose={onClose}
      actions={
        <Button variant="primary" onClick={onClose}>
          I have kept them
        </Button>
      }
    >
      <p>Each lets you in once when your phone is not there. They are shown only now.</p>
      <CopyText text={codes.join('\n')} label="Copy codes" />
    </Dialog>
  );
}
