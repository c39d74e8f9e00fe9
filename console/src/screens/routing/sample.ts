import { api } from '../../api/client';
import { isProblem } from '../../api/problem';
import type { SampleProblem } from '../../api/schema';
import { draft } from './draft';

/** Messages of the operator's own, as a file or as text that was pasted. */
export interface Sample {
  name: string;
  body: Blob;
}

/** What rows have that say nothing of it; empty where nothing is told. */
export interface SampleDefaults {
  from: string;
  class: string;
  account: string;
}

/** What the gateway takes. */
export const MOST_UPLOAD_BYTES = 256 * 1024 * 1024;

/** More than this is better put into a file: a page that holds it is slow. */
export const MOST_PASTED_CHARACTERS = 1_000_000;

const LOOKED_AT_BYTES = 4096;
const HEADER = /(^|[,;\t])\s*"?(to|number)"?\s*($|[,;\t])/i;

/** How a sample is written: by its beginning, as people name files as they like. */
export async function typeOf(sample: Sample): Promise<string> {
  const start = await sample.body.slice(0, LOOKED_AT_BYTES).text();
  const line = start.split(/\r?\n/).find((one) => one.trim() !== '') ?? '';
  if (line.trimStart().startsWith('{')) return 'application/x-ndjson';
  return HEADER.test(line.replace(/^\uFEFF/, '')) || /[,;\t]/.test(line) ? 'text/csv' : 'text/plain';
}

/** Rehearses a plan with a sample: the answer has the report, so it may take a while. */
export async function rehearseSample(text: string, sample: Sample, defaults: SampleDefaults, signal: AbortSignal) {
  const form = new FormData();
  form.append('plan', text);
  for (const [name, value] of Object.entries(defaults)) if (value.trim() !== '') form.append(name, value.trim());
  form.append('sample', new Blob([sample.body], { type: await typeOf(sample) }), 'sample');
  const { data, error } = await api.POST('/v1/routing/simulate', { body: { plan: '', sample: '' }, bodySerializer: () => form, signal });
  if (error) throw error;
  draft.update({ rehearsed: { id: data.id, text } });
}

export function isSampleProblem(error: unknown): error is SampleProblem {
  return isProblem(error) && error.code === 'sample_invalid' && 'errors' in error;
}
