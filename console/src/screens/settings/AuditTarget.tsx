import type { ReactNode } from 'react';
import type { AuditEntry } from '../../api/schema';
import { Anchor } from '../../ui/Anchor';
import { NOTHING } from '../../ui/format';
import { kindOf } from './record';

/** Of what it is, and the way there. */
export const AuditTarget = ({ entry }: { entry: AuditEntry }) => (
  <>
    {kindOf(entry)} <span className="mono">{nameOf(entry)}</span>
  </>
);

// Ids are told apart by their ends.
const LONGEST = 24;

function nameOf({ kind, name }: AuditEntry): ReactNode {
  const shown = name.length > LONGEST ? `${name.slice(0, 6)}…${name.slice(-6)}` : name;
  switch (name === '' ? '' : kind) {
    case 'connections':
    case 'experiments':
      return (
        <Anchor inherit title={name} to="/routes/$name" params={{ name }}>
          {shown}
        </Anchor>
      );
    case 'traffic':
    case 'test_messages':
    case 'account':
    case 'access':
      return (
        <Anchor inherit title={name} to="/accounts/$sid" params={{ sid: name }}>
          {shown}
        </Anchor>
      );
    case 'webhooks':
      return (
        <Anchor inherit title={name} to="/webhooks" search={{ account: name }}>
          {shown}
        </Anchor>
      );
    case 'messages':
      return (
        <Anchor inherit title={name} to="/messages/$id" params={{ id: name }}>
          {shown}
        </Anchor>
      );
    case 'incidents':
      return (
        <Anchor inherit title={name} to="/incidents/$id" params={{ id: name }}>
          {shown}
        </Anchor>
      );
    default:
      return <span title={name}>{shown || NOTHING}</span>;
  }
}
