import { CircleAlert } from 'lucide';
import { Icon } from '../components/icon.js';
import './form-error.css';

/** The error that concerns a whole form. It is announced when it appears. */
export function FormError({ message }: { message: string | undefined }) {
  return (
    <div role="alert">
      {message !== undefined && (
        <p class="form-error">
          <Icon icon={CircleAlert} size={18} />
          {message}
        </p>
      )}
    </div>
  );
}
