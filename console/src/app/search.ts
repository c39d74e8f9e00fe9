let isWanted = false;
let field: HTMLInputElement | null = null;

/** Puts the cursor into the search of messages; where that is not on the screen, as soon as it is. */
export function focusSearch(open: () => void) {
  if (field) {
    field.focus();
    return;
  }
  isWanted = true;
  open();
}

/** Where the search is: a ref for its input. */
export function searchField(element: HTMLInputElement | null) {
  field = element;
  if (element && isWanted) element.focus();
  if (element) isWanted = false;
}
