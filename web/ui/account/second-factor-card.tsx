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
import { SubmitDialog } from './submit-dialog.js';
import { useSubmit } from './use-submit.js';

type Step =
  | { name: 'none' }
  | { name: 'asking'; for: 'begin' | 'renew' | 'disable' }
  | { name: 'scanning'; setup: SecondFactorSetup }
  | { name: 'codes'; codes: readonly string[] };

const QUESTIONS = {
  begin: {
    title: 'Set up two-factor authentication',
    text: 'You’ll log in with your password and a code from an app on your phone.',
    action: 'Continue',
  },
  renew: {
    title: 'Get new recovery codes?',
    text: 'Your current recovery codes will stop working.',
    action: 'Get new codes',
  },
  disable: {
    title: 'Turn off two-factor authentication?',
    text: 'Your password alone will be enough to log in.',
    action: 'Turn off',
  },
};

/** Turns two-factor authentication on and off, and renews the recovery codes. */
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

  async function proceed(what: 'begin' | 'renew' | 'disable', proof: Proof) {
    if (what === 'begin')
      return setStep({ name: 'scanning', setup: await accountApi.beginFactor(proof) });
    if (what === 'renew')
      return setStep({ name: 'codes', codes: (await accountApi.renewCodes(proof)).codes });
    await accountApi.disableFactor(proof);
    close();
    toast({ text: 'Two-factor authentication is off.', tone: 'good' });
    await onChange();
  }

  return (
    <Card>
      <div class="section-head">
        <h2>Two-factor authentication</h2>
        <Badge tone={security.secondFactor ? 'good' : 'neutral'}>
          {security.secondFactor ? 'On' : 'Off'}
        </Badge>
      </div>
      <p class="section-lead muted">
        {security.secondFactor
          ? `You log in with a code from your authenticator app. Recovery codes left: ${security.recoveryCodesLeft}.`
          : 'Require a code from an authenticator app after your password, so a stolen password is not enough.'}
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
          onConfirm={(proof) => proceed(step.for, proof)}
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
    <SubmitDialog
      title="Scan with your authenticator app"
      action="Turn on"
      form={form}
      onClose={onClose}
    >
      <QrCode text={setup.uri} label="QR code for an authenticator app" />
      <p class="muted">Or enter this key in the app:</p>
      <CopyText text={setup.secret.match(/.{1,4}/g)?.join(' ') ?? setup.secret} label="Copy key" />
      <form class="account-form" onSubmit={form.submit} noValidate>
        <TextField
          label="Code from the app"
          name="code"
          value={code}
          onInput={setCode}
          error={form.issue('code') ?? form.message}
          autocomplete="one-time-code"
          required
        />
      </form>
    </SubmitDialog>
  );
}

function CodesDialog({ codes, onClose }: { codes: readonly string[]; onClose: () => void }) {
  return (
    <Dialog
      title="Save your recovery codes"
      onClose={onClose}
      actions={
        <Button variant="primary" onClick={onClose}>
          I’ve saved them
        </Button>
      }
    >
      <p>Each code works once if you don’t have your phone. They won’t be shown again.</p>
      <CopyText text={codes.join('\n')} label="Copy codes" />
    </Dialog>
  );
}
