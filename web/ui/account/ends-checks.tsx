import type { Ends } from '../../client/account-api.js';

/** What ends beside log-ins unless it is unticked: whoever was in may have made them. */
export const ALL_ENDS: Ends = { endTokens: true, removeStreamKeys: true };

/** Chooses what ends beside log-ins. */
export function EndsChecks({ ends, onChange }: { ends: Ends; onChange: (ends: Ends) => void }) {
  return (
    <fieldset class="checks">
      <legend class="field-label">What ends, too</legend>
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
        <span>Stream keys: OBS and other programs need new ones to go live</span>
      </label>
    </fieldset>
  );
}
