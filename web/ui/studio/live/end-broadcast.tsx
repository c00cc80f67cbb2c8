import { Square } from 'lucide';
import { RequestError } from '../../../client/request-error.js';
import { Button } from '../../components/button.js';
import { confirm } from '../../components/confirm.js';
import { toast } from '../../components/toast.js';
import type { OnAir } from '../state/on-air.js';

/** Ends the broadcast after one confirmation. */
export function EndBroadcast({ onAir }: { onAir: OnAir }) {
  return (
    <Button icon={Square} onClick={() => void end(onAir)}>
      End broadcast
    </Button>
  );
}

async function end(onAir: OnAir): Promise<void> {
  const sure = await confirm({
    title: 'End this broadcast?',
    text: 'It ends for all viewers and can’t be resumed.',
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
