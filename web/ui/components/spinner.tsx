import './spinner.css';

/**
 * Shows that work is in progress. The text beside the spinner, or `label`, says what is being done.
 */
export function Spinner({ size = 20, label }: { size?: number; label?: string }) {
  return (
    <span class="spinner" role={label === undefined ? undefined : 'status'}>
      <svg width={size} height={size} viewBox="0 0 24 24" fill="none" aria-hidden="true">
        <circle
          cx="12"
          cy="12"
          r="9.5"
          stroke="currentColor"
          stroke-opacity="0.22"
          stroke-width="2.5"
        />
        <path
          d="M12 2.5a9.5 9.5 0 0 1 9.5 9.5"
          stroke="currentColor"
          stroke-width="2.5"
          stroke-linecap="round"
        />
      </svg>
      {label !== undefined && <span class="visually-hidden">{label}</span>}
    </span>
  );
}
