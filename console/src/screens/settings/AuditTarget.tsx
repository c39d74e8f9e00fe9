import type { ReactNode } from 'react';
import type { AuditEntry } from '../../api/schema';
import { Anchor } from '../../ui/Anchor';
import { kindOf } from './record';

/** Of what it is, and the way there. */
export const AuditTarget = ({ entry }: { entry: AuditEntry }) => (
  <>
    {kindOf(entry)} <span className="mono">{nameOf(entry)}</span>
  </>
);

function nameOf({ kind, name }: AuditEntry): ReactNode {
  switch (name === '' ? '' : kind) {
    case 'connections':
    case 'experiments':
      return (
        <Anchor to="/routes/$name" params={{ name }}>
          {name}
        </Anchor>
      );
    case 'traffic':
    case 'test_messages':
    case 'account':
    case 'access':
      return (
        <Anchor to="/accounts/$sid" params={{ sid: name }}>
          {name}
        </Anchor>
      );
    case 'webhooks':
      return (
        <Anchor to="/webhooks" search={{ account: name }}>
          {name}
        </Anchor>
      );
    case 'messages':
      return (
        <Anchor to="/messages/$id" params={{ id: name }}>
          {name}
        </Anchor>
      );
    case 'incidents':
      return (
        <Anchor to="/incidents/$id" params={{ id: name }}>
          {name}
        </Anchor>
      );
    default:
      return name || '–';
  }
}
