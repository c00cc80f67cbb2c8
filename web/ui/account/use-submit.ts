import { useState } from 'preact/hooks';
import { RequestError } from '../../client/request-error.js';

export interface Submission {
  busy: boolean;
  /** Returns the error that concerns one field, as a sentence. */
  issue: (path: string) => string | undefined;
  /** The error of the form as a whole; undefined if the error concerns a field. */
  message: string | undefined;
  /** Submits the form unless a submission is already running. */
  submit: (event?: Event) => void;
}

function sentence(text: string): string {
  const capital = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(capital) ? capital : `${capital}.`;
}

/**
 * Submits a form and stores the server's errors. Only one submission runs at a time. `blame` maps
 * error codes without issues to the field that they concern.
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
      // The fields are rendered with their errors in the next frame.
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
