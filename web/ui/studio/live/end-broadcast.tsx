import { Square } from 'lucide';
import { RequestError } from '../../../client/request-error.js';
import { Button } from '../../components/button.js';
import { confirm } from '../../components/confirm.js';
import { toast } from '../../components/toast.js';
import type { Studio } from '../state/studio.js';

/** Ends the broadcast after one confirmation. */
export function EndBroadcast({ studio }: { studio: Studio }) {
  return (
    <Button icon={Square} onClick={() => void end(studio)}>
      End broadcast
    </Button>
  );
}

async function end({ onAir, stage }: Studio): Promise<void> {
  const guests = stage.current.peek()?.host.guests.peek().length ?? 0;
  const leaving = guests > 0 ? ' Guests leave the stage, too.' : '';
  const sure = await confirm({
    title: 'End this broadcast?',
    text: `It ends for all viewers and can’t be resumed.${leaving}`,
    action: 'End broadcast',
    cancel: 'Stay live',
    danger: true,
  });
  if (!sure) return;
  try {
    await onAir.end();
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    toast({
      text: `The broadcast did not end. ${error.message}`,
      tone: 'danger',
      action: { label: 'Try again', onSelect: () => void onAir.end() },
    });
  }
}
