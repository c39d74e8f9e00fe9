import { Tooltip } from '@mantine/core';
import { NOTHING, percent } from './format';

/** Below these a rate is worth a look; the same as the alerts' defaults (docs/health.md). */
const WARN = 0.98;
const BAD = 0.95;

export function toneOf(rate: number | null | undefined): 'bad' | 'warn' | undefined {
  if (rate == null) return undefined;
  return rate < BAD ? 'bad' : rate < WARN ? 'warn' : undefined;
}

/** A delivery rate; below the thresholds in colour and with a sign, as colour alone does not tell everybody. */
export function Delivery({ rate, weight }: { rate: number | null | undefined; weight?: number }) {
  if (rate == null) return <span>{NOTHING}</span>;
  const tone = toneOf(rate);
  const mark = tone === 'bad' ? '▼ ' : tone === 'warn' ? '▽ ' : '';
  const label = weight === undefined ? 'Of the messages whose receipt can have come' : `Of ${Math.round(weight).toLocaleString('en')} messages whose receipt can have come`;
  return (
    <Tooltip label={label}>
      <span style={{ color: tone ? `var(--crosspoint-${tone})` : undefined, fontWeight: tone ? 600 : undefined, whiteSpace: 'nowrap' }}>
        {mark}
        {percent(rate)}
      </span>
    </Tooltip>
  );
}
