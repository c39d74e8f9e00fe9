import { useEffect } from 'react';

const SEQUENCE_MS = 1200;

function isTyping(target: EventTarget | null) {
  // Letters mean nothing to a choice that has the focus.
  if (target instanceof HTMLInputElement && ['radio', 'checkbox'].includes(target.type)) return false;
  return target instanceof HTMLElement && (target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName));
}

/** Keys pressed one after the other, such as `g r`, or one alone, such as `/`. Not while somebody types. */
export function useKeys(keys: Record<string, () => void>) {
  useEffect(() => {
    let first = '';
    let at = 0;
    const press = (event: KeyboardEvent) => {
      if (isTyping(event.target) || event.ctrlKey || event.metaKey || event.altKey) return;
      const isSecond = first !== '' && event.timeStamp - at < SEQUENCE_MS;
      const action = (isSecond ? keys[`${first} ${event.key}`] : undefined) ?? keys[event.key];
      [first, at] = [event.key, event.timeStamp];
      if (!action) return;
      event.preventDefault();
      first = '';
      action();
    };
    window.addEventListener('keydown', press);
    return () => window.removeEventListener('keydown', press);
  }, [keys]);
}
