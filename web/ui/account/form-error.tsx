import { CircleAlert } from 'lucide';
import { Icon } from '../components/icon.js';
import './form-error.css';

/** An error that concerns a whole form. Screen readers announce it when it appears. */
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
