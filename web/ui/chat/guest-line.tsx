import { useState } from 'preact/hooks';
import { Button } from '../components/button.js';
import { TextField } from '../components/text-field.js';
import { loginAddress } from '../shell/next.js';
import { guestNameProblem, tidyGuestName } from './guest-name.js';
import './guest-line.css';

export interface GuestLineProps {
  name: string;
  onName: (name: string) => void;
  /** The reason why the server rejected the name, for example because it belongs to an account. */
  refusal: string | undefined;
}

/** The guest's name, with a form to change it and a link to log in. */
export function GuestLine({ name, onName, refusal }: GuestLineProps) {
  const [typed, setTyped] = useState<string | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  if (typed === null && refusal === undefined) {
    return (
      <p class="guest-line">
        <span class="guest-line-name">
          <span class="guest-line-as">Chatting as </span>
          <strong>{name}</strong>
        </span>
        <button class="guest-line-link" type="button" onClick={() => setTyped(name)}>
          Change name
        </button>
        <a class="guest-line-link" href={loginAddress(location)}>
          Log in
        </a>
      </p>
    );
  }
  const value = typed ?? name;
  return (
    <form
      class="guest-line-form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        const found = guestNameProblem(value);
        setProblem(found);
        if (found !== null) return;
        onName(tidyGuestName(value));
        setTyped(null);
      }}
      onKeyDown={(event) => {
        if (event.key === 'Escape') setTyped(null);
      }}
    >
      <TextField
        label="Your name"
        value={value}
        onInput={setTyped}
        error={problem ?? refusal}
        autocomplete="nickname"
        inputRef={(input) => {
          if (input && document.activeElement !== input && typed === name) input.select();
        }}
      />
      <Button type="submit">Save</Button>
    </form>
  );
}
