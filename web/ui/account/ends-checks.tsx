import type { Ends } from '../../client/account-api.js';

/**
 * By default, everything is revoked, because an intruder may have created tokens and stream keys.
 */
export const ALL_ENDS: Ends = { endTokens: true, removeStreamKeys: true };

/** Checkboxes for what to revoke in addition to sessions. */
export function EndsChecks({ ends, onChange }: { ends: Ends; onChange: (ends: Ends) => void }) {
  return (
    <fieldset class="checks">
      <legend class="field-label">Also revoke</legend>
      <label class="check">
        <input
          type="checkbox"
          checked={ends.endTokens}
          onChange={(event) => onChange({ ...ends, endTokens: event.currentTarget.checked })}
        />
        <span>API tokens: programs that use them stop working</span>
      </label>
      <label class="check">
        <input
          type="checkbox"
          checked={ends.removeStreamKeys}
          onChange={(event) => onChange({ ...ends, removeStreamKeys: event.currentTarget.checked })}
        />
        <span>Stream keys: OBS and other encoders need new ones to go live</span>
      </label>
    </fieldset>
  );
}
