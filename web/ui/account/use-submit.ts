import { useState } from 'preact/hooks';
import { RequestError } from '../../client/request-error.js';

export interface Submission {
  busy: boolean;
  /** What is wrong with one field, as a sentence. */
  issue: (path: string) => string | undefined;
  /** What is wrong with the whole, when no field is to blame. */
  message: string | undefined;
  /** Runs the action unless it is running already. */
  submit: (event?: Event) => void;
}

function sentence(text: string): string {
  const capital = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(capital) ? capital : `${capital}.`;
}

/**
 * Sends a form once at a time and keeps what the server found wrong with it. `blame` names the
 * field that an error code without issues is about.
 */
export function useSubmit(
  action: () => Promise<void>,
  blame: Partial<Record<string, string>> = {},
): Submission {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<RequestError | null>(null);

  async function run(form: HTMLFormElement | null): Promise<void> {
    setBusy(true);
    setError(null);
    try {
      await action();
    } catch (failure) {
      if (!(failure instanceof RequestError)) throw failure;
      setError(failure);
      // After the fields have been drawn with their errors.
      requestAnimationFrame(() =>
        form?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus(),
      );
    } finally {
      setBusy(false);
    }
  }

  function issue(path: string): string | undefined {
    if (!error) return undefined;
    const text = error.issueAt(path) ?? (blame[error.code] === path ? error.message : undefined);
    return text === undefined ? undefined : sentence(text);
  }

  const blamed = error !== null && (error.issues.length > 0 || blame[error.code] !== undefined);
  return {
    busy,
    issue,
    message: error && !blamed ? sentence(error.message) : undefined,
    submit: (event) => {
      event?.preventDefault();
      const form = event?.currentTarget instanceof HTMLFormElement ? event.currentTarget : null;
      if (!busy) void run(form);
    },
  };
}
