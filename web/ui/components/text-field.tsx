import type { ComponentChildren, Ref } from 'preact';
import { useId } from 'preact/hooks';
import { CircleAlert } from 'lucide';
import { Icon } from './icon.js';
import './field.css';

export interface TextFieldProps {
  label: string;
  value: string;
  onInput: (value: string) => void;
  type?: 'text' | 'password';
  name?: string;
  /** A hint about valid input, shown under the field. */
  hint?: string | undefined;
  /** The validation error; replaces the hint. */
  error?: string | undefined;
  placeholder?: string;
  autocomplete?: string;
  autocapitalize?: 'none';
  maxLength?: number;
  required?: boolean;
  disabled?: boolean;
  readOnly?: boolean;
  hideLabel?: boolean;
  /** An element inside the field at its end, such as a button. */
  end?: ComponentChildren;
  onBlur?: () => void;
  inputRef?: Ref<HTMLInputElement>;
}

const noop = (): void => {};

export function TextField(props: TextFieldProps) {
  const id = useId();
  const note = props.error ?? props.hint;
  const attributes = {
    class: 'field-control',
    id,
    name: props.name,
    value: props.value,
    placeholder: props.placeholder,
    autocomplete: props.autocomplete,
    autocapitalize: props.autocapitalize,
    spellcheck: props.autocapitalize === 'none' ? false : undefined,
    maxLength: props.maxLength,
    required: props.required ?? false,
    disabled: props.disabled ?? false,
    readOnly: props.readOnly ?? false,
    'aria-invalid': props.error === undefined ? undefined : true,
    'aria-describedby': note === undefined ? undefined : `${id}-note`,
    ref: props.inputRef ?? null,
    onInput: (event: { currentTarget: HTMLInputElement }) =>
      props.onInput(event.currentTarget.value),
    onBlur: props.onBlur ?? noop,
  };
  const input =
    props.type === 'password' ? (
      <input type="password" {...attributes} />
    ) : (
      <input type="text" {...attributes} />
    );
  return (
    <div class="field">
      <label class={props.hideLabel ? 'visually-hidden' : 'field-label'} for={id}>
        {props.label}
      </label>
      {props.end === undefined ? (
        input
      ) : (
        <div class="field-box">
          {input}
          <div class="field-end">{props.end}</div>
        </div>
      )}
      {props.error !== undefined ? (
        <p class="field-error" id={`${id}-note`}>
          <Icon icon={CircleAlert} size={14} />
          <span>{props.error}</span>
        </p>
      ) : (
        props.hint !== undefined && (
          <p class="field-hint" id={`${id}-note`}>
            {props.hint}
          </p>
        )
      )}
    </div>
  );
}
