import { Text } from '@mantine/core';
import { useMemo } from 'react';
import { countryName, percent, perSecond } from '../format';
import { Chart } from './Chart';
import { type Palette, usePalette } from './palette';

export interface CountryDelivery {
  country: string;
  delivery_rate: number | null;
  per_second: number;
}

// The same thresholds as those of rates in tables.
const WARN = 98;
const BAD = 95;

/** Delivery by country in colours. Whoever cannot tell them finds the same in the table beside it. */
export function WorldMap({ countries }: { countries: readonly CountryDelivery[] }) {
  const palette = usePalette();
  const option = useMemo(() => optionOf(countries, palette), [countries, palette]);
  const bad = countries.filter((row) => row.delivery_rate !== null && row.delivery_rate * 100 < BAD);
  const words = bad.length === 0 ? 'No country is below 95 %.' : `Below 95 %: ${bad.map((row) => `${countryName(row.country)} ${percent(row.delivery_rate)}`).join(', ')}.`;
  return (
    <>
      <Chart kind="map" option={option} height={260} label={`Map of the world, coloured by delivery in ${countries.length} countries. ${words}`} />
      <div style={{ display: 'flex', flexWrap: 'wrap', gap: '2px 16px' }}>
        {(
          [
            [palette.good, '98 % and more delivered'],
            [palette.warn, '95 to 98 %'],
            [palette.bad, 'below 95 %'],
            [palette.none, 'no traffic, or not known yet'],
          ] as const
        ).map(([color, text]) => (
          <Text key={text} size="xs" c="dimmed" component="span">
            <span aria-hidden style={{ display: 'inline-block', width: 10, height: 10, borderRadius: 2, background: color, marginRight: 6 }} />
            {text}
          </Text>
        ))}
      </div>
    </>
  );
}

function optionOf(countries: readonly CountryDelivery[], palette: Palette) {
  const byName = new Map(countries.map((row) => [row.country, row]));
  return {
    tooltip: {
      trigger: 'item',
      renderMode: 'richText',
      backgroundColor: palette.panel,
      borderColor: palette.line,
      textStyle: { color: palette.text, fontSize: 12 },
      formatter: (shown: unknown) => {
        const name = (shown as { name?: string }).name ?? '';
        const row = byName.get(name);
        const title = name.length === 2 ? countryName(name) : name;
        return row ? `${title}\nDelivered ${percent(row.delivery_rate)}\n${perSecond(row.per_second)} segments a second` : `${title}\nno traffic`;
      },
    },
    series: [
      {
        type: 'map',
        map: 'world',
        left: 0,
        right: 0,
        top: 4,
        bottom: 4,
        selectedMode: false,
        label: { show: false },
        itemStyle: { areaColor: palette.none, borderColor: palette.panel, borderWidth: 0.6 },
        emphasis: { disabled: true },
        data: countries.flatMap(({ country, delivery_rate: rate }) =>
          rate === null ? [] : [{ name: country, value: rate * 100, itemStyle: { areaColor: rate * 100 < BAD ? palette.bad : rate * 100 < WARN ? palette.warn : palette.good } }],
        ),
      },
    ],
  };
}
