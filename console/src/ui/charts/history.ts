import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { api } from '../../api/client';
import type { HealthHistoryPoint } from '../../api/schema';
import type { Span } from '../../app/router';

export interface HistoryScope {
  connection?: string | undefined;
  country?: string | undefined;
  network?: string | undefined;
}

/** What happened in one step, over all rows of the scope. */
export interface Step {
  at: number;
  seconds: number;
  submitted: number;
  sent: number;
  delivered: number;
  errors: number | null;
  delivery: number | null;
  weight: number;
  cost: number;
  /** Of a single row; those of several cannot be put together. */
  response: HealthHistoryPoint['response_seconds'] | null;
  receipt: HealthHistoryPoint['receipt_seconds'] | null;
}

export interface History {
  steps: Step[];
  stepSeconds: number;
  currency: string;
}

const STEPS = { '1h': { step: 'minute', seconds: 60, count: 60 }, '24h': { step: 'hour', seconds: 3600, count: 24 } } as const;
const MOST_PAGES = 8;

function levelOf(scope: HistoryScope) {
  if (!scope.connection) return scope.country ? 'world' : 'vendor';
  return scope.network ? 'network' : scope.country ? 'country' : 'connection';
}

async function read(scope: HistoryScope, span: Span, signal: AbortSignal): Promise<History> {
  const { step, seconds, count } = STEPS[span];
  const points: HealthHistoryPoint[] = [];
  let cursor: string | undefined;
  let currency = '';
  let before = Date.now();
  for (let page = 0; page < MOST_PAGES; page++) {
    const { data, error } = await api.GET('/v1/health/history', { params: { query: { ...scope, step, level: levelOf(scope), limit: 2000, ...(cursor ? { cursor } : {}) } }, signal });
    if (error) throw error;
    points.push(...data.points);
    currency = data.currency;
    before = new Date(data.before).getTime();
    if (!data.next_cursor) break;
    cursor = data.next_cursor;
  }
  const byStep = Map.groupBy(points, (point) => new Date(point.at).getTime());
  // The minute under way is not told yet; the hour under way is, by its minutes.
  const now = (Math.floor(before / (seconds * 1000)) - (step === 'minute' ? 1 : 0)) * seconds * 1000;
  // Nor is the one that has just ended, for some seconds: what is not known yet is no fall to nothing.
  const last = step === 'minute' && !byStep.has(now) ? now - seconds * 1000 : now;
  const steps = Array.from({ length: count + 1 }, (_, back) => last - (count - back) * seconds * 1000).map((at) => sumOf(at, byStep.get(at) ?? [], Math.min(seconds, Math.max(1, (before - at) / 1000))));
  return { steps, stepSeconds: seconds, currency };
}

function sumOf(at: number, rows: HealthHistoryPoint[], seconds: number): Step {
  const sum = (of: (row: HealthHistoryPoint) => number) => rows.reduce((total, row) => total + of(row), 0);
  const weight = sum((row) => row.delivery_weight);
  const answers = sum((row) => row.accepted + row.refused + row.unanswered);
  return {
    at,
    seconds,
    submitted: sum((row) => row.submitted),
    sent: sum((row) => row.sent),
    delivered: sum((row) => row.delivered),
    errors: answers > 0 ? sum((row) => row.refused + row.unanswered) / answers : null,
    delivery: weight > 0 ? sum((row) => (row.delivery_rate ?? 0) * row.delivery_weight) / weight : null,
    weight,
    cost: sum((row) => Number(row.cost)),
    response: rows.length === 1 ? rows[0]!.response_seconds : null,
    receipt: rows.length === 1 ? rows[0]!.receipt_seconds : null,
  };
}

/** The last hour by minutes, or the last day by hours. */
export const useHistory = (scope: HistoryScope, span: Span) =>
  useQuery({
    queryKey: ['history', scope, span],
    queryFn: ({ signal }) => read(scope, span, signal),
    refetchInterval: span === '1h' ? 15_000 : 60_000,
    placeholderData: keepPreviousData,
  });
