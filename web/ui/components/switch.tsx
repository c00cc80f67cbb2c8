import { useId } from 'preact/hooks';
import './switch.css';

export interface SwitchProps {
  label: string;
  checked: boolean;
  onChange: (checked: boolean) => void;
  hint?: string;
  disabled?: boolean;
}

/** A switch that takes effect immediately. */
export function Switch(props: SwitchProps) {
  const id = useId();
  return (
    <label class="switch" for={id}>
      <span class="switch-text">
        {props.label}
        {props.hint !== undefined && <span class="switch-hint">{props.hint}</span>}
      </span>
      <input
        id={id}
        type="checkbox"
        role="switch"
        checked={props.checked}
        disabled={props.disabled ?? false}
        onChange={(event) => props.onChange(event.currentTarget.checked)}
      />
    </label>
  );
}
