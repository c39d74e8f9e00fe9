/** The value that goes with requests that change something: a page of another origin does not know it. */
export const csrf = { value: '' };
