import { Fragment } from 'react';
import { tied } from './format';
import { When } from './When';

const MOMENT = /(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d) UTC/;

/** A sentence of the gateway. The moments in it are shown as all others are: in the viewer's zone, UTC on hover and focus. */
export function Sentence({ text }: { text: string }) {
  return text.split(MOMENT).map((part, place) => (place % 2 === 1 ? <When key={place} at={`${part.replace(' ', 'T')}Z`} /> : <Fragment key={place}>{tied(part)}</Fragment>));
}
