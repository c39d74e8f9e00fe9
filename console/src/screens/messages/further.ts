import { useEffect } from 'react';

/** Requests that are made by themselves for one page: one request looks at a piece of the journal. */
const MOST_TURNS = 20;

interface Pages {
  data: { pages: { searched_back_to: string | null; messages: unknown[] }[] } | undefined;
  error: unknown;
  hasNextPage: boolean;
  isFetching: boolean;
  isFetchingNextPage: boolean;
  isPlaceholderData: boolean;
  fetchNextPage: () => Promise<unknown>;
}

/** Goes on looking until a page is full: a search of what is rare takes several requests, and shows meanwhile how far it is. */
export function useFurther({ data, error, hasNextPage, isFetching, isFetchingNextPage, isPlaceholderData, fetchNextPage }: Pages, page: number) {
  const turns = data?.pages.length ?? 0;
  const isShort = (data?.pages.at(-1)?.messages.length ?? 0) < page;
  const goesOn = hasNextPage && isShort && turns % MOST_TURNS !== 0 && !error && !isPlaceholderData;
  useEffect(() => {
    if (goesOn && !isFetching) void fetchNextPage();
  }, [goesOn, isFetching, fetchNextPage, turns]);
  return {
    more: () => void fetchNextPage(),
    isLooking: isFetchingNextPage || goesOn,
    error: data ? error : null,
    /** Up to where everything was looked at; undefined when nothing is left. */
    reached: hasNextPage ? (data?.pages.at(-1)?.searched_back_to ?? undefined) : undefined,
  };
}
