import { notifications } from '@mantine/notifications';
import { useQueryClient } from '@tanstack/react-query';
import { $api } from '../../api/client';
import type { Alert } from '../../api/schema';
import { told } from '../../ui/told';

const HOUR_MS = 3_600_000;

/** What stands on record for a silence that nobody gave a reason for. */
export const AT_ONCE = 'for an hour, at once';

/** What tells this alert from others: its labels, else its key. */
export const matchOf = (alert: Alert) => (alert.labels.length > 0 ? alert.labels.join(',') : `key=${alert.key}`);

/** Silences an alert for an hour, and takes that back: both at once, as neither is hard to undo. */
export function useQuiet(alert: Alert) {
  const queries = useQueryClient();
  const again = () => {
    void queries.invalidateQueries({ queryKey: ['get', '/v1/silences'] });
    return queries.invalidateQueries({ queryKey: ['get', '/v1/alerts'] });
  };
  const make = $api.useMutation('post', '/v1/silences', {
    onSuccess: () => {
      notifications.show({ message: 'Silenced for an hour. The alert is shown all the same.', color: 'green', closeButtonProps: { 'aria-label': 'Close' } });
      return again();
    },
    onError: told.failed,
  });
  const end = $api.useMutation('delete', '/v1/silences/{silence}', { onSuccess: again, onError: told.failed });
  return {
    silence: () => make.mutate({ body: { match: matchOf(alert), until: new Date(Date.now() + HOUR_MS).toISOString(), reason: AT_ONCE } }),
    end: () => alert.silence && end.mutate({ params: { path: { silence: alert.silence } } }),
    isBusy: make.isPending || end.isPending,
  };
}
