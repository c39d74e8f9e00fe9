import { Button, Menu } from '@mantine/core';
import { IconChevronDown } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useRef } from 'react';
import { $api } from '../../api/client';
import { useMay } from '../../api/session';
import type { Message, Timeline } from '../../api/schema';
import { modals } from '../../ui/modals';
import { told } from '../../ui/told';
import { useNow } from '../../ui/When';

/** The error of a message of which nobody knows whether a vendor took it. */
const OUTCOME_UNKNOWN = 30410;

/** What may be done with it in its state. The gateway checks it all the same. */
export function Actions({ of, timeline }: { of: Message; timeline: Timeline | undefined }) {
  const may = useMay();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const now = useNow();
  const key = useRef(newKey());
  const outcome = {
    onError: told.failed,
    onSettled: () => void queries.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] === 'get' && typeof queryKey[1] === 'string' && /^\/v1\/(messages|audit)/.test(queryKey[1]) }),
  };
  const resend = $api.useMutation('post', '/v1/messages/{id}/resend', {
    ...outcome,
    onSuccess: (sent) => {
      key.current = newKey();
      told.done('It is sent again: this is the new message.');
      void navigate({ to: '/messages/$id', params: { id: sent.id } });
    },
  });
  const cancel = $api.useMutation('post', '/v1/messages/{id}/cancel', { ...outcome, onSuccess: () => told.done('It is canceled.') });
  const redact = $api.useMutation('post', '/v1/messages/{id}/redact', { ...outcome, onSuccess: () => told.done('Its text is removed.') });
  if (!may('manage_traffic') && !may('change_account')) return null;

  const path = { params: { path: { id: of.id } } };
  const isRedacted = timeline?.events.some((event) => event.kind === 'redacted') ?? false;
  const again = timeline?.events.findLast((event) => event.kind === 'resent');
  const isInTime = of.valid_until !== null && new Date(of.valid_until).getTime() > now;
  const mayResend = (of.status === 'failed' || of.status === 'undelivered') && of.direction !== 'inbound' && !isRedacted && isInTime;
  const mayCancel = ['scheduled', 'accepted', 'queued', 'receiving'].includes(of.status) && of.direction !== 'inbound';
  const mayRedact = !isRedacted && ['sent', 'delivered', 'undelivered', 'failed', 'expired', 'canceled', 'unconfirmed', 'received'].includes(of.status);
  return (
    <>
      {mayResend && (
        <Button
          size="sm"
          loading={resend.isPending}
          onClick={() =>
            modals.confirm({
              title: 'Send it again?',
              text: `${again ? 'It was sent again before: see the timeline. ' : ''}${of.error?.code === OUTCOME_UNKNOWN ? 'The vendor never answered: it may arrive twice. ' : ''}A new message with the same text goes to ${of.to}. It is valid as long as this one would have been, costs as any other, and the application is told of it as of any other.`,
              label: 'Send again',
              act: () => resend.mutate({ params: { ...path.params, header: { 'Idempotency-Key': key.current } } }),
            })
          }
        >
          Send again
        </Button>
      )}
      {mayCancel && (
        <Button size="sm" variant="default" loading={cancel.isPending} onClick={() => modals.confirm({ title: 'Cancel it?', text: 'It is not sent, and the application is told so. This cannot be undone.', label: 'Cancel the message', act: () => cancel.mutate(path) })}>
          Cancel
        </Button>
      )}
      {mayRedact && (
        <Menu position="bottom-end">
          <Menu.Target>
            <Button size="sm" variant="default" rightSection={<IconChevronDown size={14} aria-hidden />} loading={redact.isPending}>
              More
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item color="red" onClick={() => modals.confirm({ title: 'Remove its text?', text: 'The text is gone for good, here and in the journal; what happened to the message stays.', label: 'Remove the text', act: () => redact.mutate(path) })}>
              Remove the text
            </Menu.Item>
          </Menu.Dropdown>
        </Menu>
      )}
    </>
  );
}

// One for each wish: a click that is repeated after a lost answer sends nothing twice. Over plain HTTP there is no randomUUID.
const newKey = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
