import { useId } from 'preact/hooks';
import { ChevronDown } from 'lucide';
import { Icon } from './icon.js';
import './field.css';
import './select.css';

export interface SelectOption<T extends string> {
  value: T;
  label: string;
  disabled?: boolean;
}

export interface SelectProps<T extends string> {
  label: string;
  value: T;
  options: readonly SelectOption<T>[];
  onChange: (value: T) => void;
  hideLabel?: boolean;
  disabled?: boolean;
  hint?: string | undefined;
}

/** A native select, which works with every keyboard, phone and screen reader. */
export function Select<T extends string>(props: SelectProps<T>) {
  const id = useId();
  return (
    <div class="field">
      <label class={props.hideLabel ? 'visually-hidden' : 'field-label'} for={id}>
        {props.label}
      </label>
      <div class="select">
        <select
          class="field-control"
          id={id}
          value={props.value}
          disabled={props.disabled ?? false}
          aria-describedby={props.hint === undefined ? undefined : `${id}-note`}
          onChange={(event) => {
            const chosen = props.options.find(({ value }) => value === event.currentTarget.value);
            if (chosen) props.onChange(chosen.value);
          }}
        >
          {props.options.map((option) => (
            <option
              key={option.value}
              value={option.value}
              disabled={option.disabled ?? false}
              selected={option.value === props.value}
            >
              {option.label}
            </option>
          ))}
        </select>
        <Icon icon={ChevronDown} size={16} />
      </div>
      {props.hint !== undefined && (
        <p class="field-hint" id={`${id}-note`}>
          {props.hint}
        </p>
      )}
    </div>
  );
}
