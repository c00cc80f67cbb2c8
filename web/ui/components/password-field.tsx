import { useState } from 'preact/hooks';
import { Eye, EyeOff } from 'lucide';
import { IconButton } from './icon-button.js';
import { TextField, type TextFieldProps } from './text-field.js';

/** A password field whose text can be revealed. */
export function PasswordField(props: Omit<TextFieldProps, 'type' | 'end'>) {
  const [shown, setShown] = useState(false);
  return (
    <TextField
      {...props}
      type={shown ? 'text' : 'password'}
      autocapitalize="none"
      end={
        <IconButton
          icon={shown ? EyeOff : Eye}
          label={shown ? 'Hide password' : 'Show password'}
          iconSize={18}
          align="end"
          onClick={() => setShown(!shown)}
        />
      }
    />
  );
}
