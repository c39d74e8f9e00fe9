import { SegmentedControl } from '@mantine/core';
import { INTERVALS, type Interval } from '../app/router';

const LABELS: Record<Interval, string> = { '1m': '1 min', '5m': '5 min', '15m': '15 min', '60m': '60 min' };

/** Over which sliding interval figures are shown. */
export function IntervalSwitch({ value, onChange }: { value: Interval; onChange: (interval: Interval) => void }) {
  return (
    <SegmentedControl
      size="xs"
      aria-label="Interval"
      value={value}
      onChange={(chosen) => onChange(chosen as Interval)}
      data={INTERVALS.map((interval) => ({ value: interval, label: LABELS[interval] }))}
    />
  );
}
