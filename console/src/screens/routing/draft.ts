import { useSyncExternalStore } from 'react';
import { useSession } from '../../api/session';
import { modals } from '../../ui/modals';

/** A change of the plan that is not stored yet: it outlives a reload of the page, and is of this tab alone. */
export interface Change {
  text: string;
  /** Whose it is: the id of a user. */
  by: string;
  /** The revision that it was made from. */
  base: number;
  /** The revision that was activated last when it was begun: what its activation expects. */
  expected: number;
  /** The draft that it was stored as, and the text that was stored. */
  stored?: { revision: number; text: string } | undefined;
  /** The rehearsal of it, and the text that was rehearsed. */
  rehearsed?: { id: string; text: string } | undefined;
  /** What the last action did, for people. */
  said?: string[] | undefined;
}

const KEY = 'crosspoint-plan-change';
const listeners = new Set<() => void>();
let current = read();

function read(): Change | undefined {
  try {
    const kept = JSON.parse(sessionStorage.getItem(KEY) ?? 'null') as Partial<Change> | null;
    return typeof kept?.text === 'string' && typeof kept.by === 'string' && typeof kept.base === 'number' && typeof kept.expected === 'number' ? (kept as Change) : undefined;
  } catch {
    return undefined;
  }
}

export const draft = {
  get: () => current,
  set(change: Change | undefined) {
    current = change;
    try {
      if (change) sessionStorage.setItem(KEY, JSON.stringify(change));
      else sessionStorage.removeItem(KEY);
    } catch {
      // A plan that is larger than what browsers keep is kept until the page is left.
    }
    listeners.forEach((listener) => listener());
  },
  update(part: Partial<Change>) {
    if (current) draft.set({ ...current, ...part });
  },
};

/** The change that is begun; of whoever is signed in, as others may have used this tab before. */
export function useDraft() {
  const change = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    draft.get,
  );
  const session = useSession();
  return change && change.by === session?.user.id ? change : undefined;
}

/** Begins another change; what would be lost by it is asked for first. */
export function begin(change: Change | undefined, act: () => void) {
  if (!change || change.stored?.text === change.text) act();
  else modals.confirm({ title: 'Begin another change?', text: 'The one that you have begun is lost: it is not stored as a draft.', label: 'Begin another', act });
}
