import { api } from '../../api/client';
import { draft } from './draft';

const HOUR_MS = 3_600_000;

/** What was sent in the last hours is decided anew. A day unless told: it has the busy and the quiet hours. */
export async function startRehearsal(text: string, hours = 24) {
  const { data, error } = await api.POST('/v1/routing/simulate', { body: { plan: text, from: new Date(Date.now() - hours * HOUR_MS).toISOString() } });
  if (error) throw error;
  draft.update({ rehearsed: { id: data.id, text } });
}

export const RANGES = [
  { value: '1', label: 'the last hour' },
  { value: '6', label: 'the last 6 hours' },
  { value: '24', label: 'the last day' },
  { value: '168', label: 'the last 7 days' },
  { value: '744', label: 'the last 31 days' },
];
