import { Button, Group, SegmentedControl, Stack, Text } from '@mantine/core';
import { useMemo, useState } from 'react';
import { SPANS, type Span } from '../../app/router';
import { Content, Empty } from '../Feedback';
import { duration, money, percent, perSecond, short } from '../format';
import { Sheet } from '../Sheet';
import { Chart } from './Chart';
import { type History, type HistoryScope, type Step, useHistory } from './history';
import { type Palette, usePalette } from './palette';

const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', hour12: false });
const at = (time: number) => clock.format(new Date(time));

/** A health state that held for a while, to be shaded. */
export interface Shade {
  from: number;
  to: number;
  state: string;
}

const rateOf = (step: Step) => step.submitted / step.seconds;

/** What a chart of throughput and delivery tells, in words. */
function wordsOf({ steps, stepSeconds }: History) {
  const busy = steps.filter((step) => step.submitted > 0);
  if (busy.length === 0) return 'No traffic.';
  const total = steps.reduce((sum, step) => sum + step.submitted, 0);
  const most = busy.reduce((best, step) => (rateOf(step) > rateOf(best) ? step : best));
  const measured = steps.filter((step) => step.delivery !== null && step.weight >= 5);
  const least = measured.length > 0 ? measured.reduce((worst, step) => (step.delivery! < worst.delivery! ? step : worst)) : null;
  const words = `${short(total)} segments in the last ${stepSeconds === 60 ? 'hour' : '24 hours'}, at most ${perSecond(rateOf(most))} a second at ${at(most.at)}.`;
  if (least?.delivery === 1) return `${words} All that was measured was delivered.`;
  return least ? `${words} Delivery was lowest at ${at(least.at)}: ${percent(least.delivery)}.` : words;
}

export function SpanSwitch({ value, onChange }: { value: Span; onChange: (span: Span) => void }) {
  return (
    <SegmentedControl
      size="xs"
      aria-label="Span"
      value={value}
      onChange={(chosen) => onChange(chosen as Span)}
      data={SPANS.map((span) => ({ value: span, label: span === '1h' ? 'Last hour' : 'Last day' }))}
    />
  );
}

/** Throughput and delivery over time, with the same as a table. */
export function HistoryChart({ scope, span, shades = [], withDelays = false, note }: { scope: HistoryScope; span: Span; shades?: Shade[]; withDelays?: boolean; note?: string | undefined }) {
  const history = useHistory(scope, span);
  const [isTable, showTable] = useState(false);
  return (
    <Content of={history} rows={6}>
      {(data) =>
        data.steps.every((step) => step.submitted === 0 && step.delivered === 0) ? (
          <Empty title={span === '1h' ? 'No traffic in the last hour' : 'No traffic in the last day'}>What is sent appears here a minute later.</Empty>
        ) : (
          <Stack gap={6}>
            <Drawn data={data} shades={shades} withDelays={withDelays} />
            <Group justify="space-between" align="flex-start" gap="4px 12px">
              <Text size="xs" c="dimmed" style={{ flex: '1 1 240px' }}>
                {wordsOf(data)} {note}
              </Text>
              <Button size="compact-xs" variant="default" aria-expanded={isTable} onClick={() => showTable(!isTable)}>
                {isTable ? 'Hide the table' : 'As a table'}
              </Button>
            </Group>
            {isTable && <Steps data={data} withDelays={withDelays} />}
          </Stack>
        )
      }
    </Content>
  );
}

function Drawn({ data, shades, withDelays }: { data: History; shades: Shade[]; withDelays: boolean }) {
  const palette = usePalette();
  const option = useMemo(() => optionOf(data, shades, palette), [data, shades, palette]);
  const delays = useMemo(() => (withDelays ? delaysOf(data, palette) : undefined), [withDelays, data, palette]);
  return (
    <>
      <Legend items={[{ color: palette.series[0], text: 'Segments a second' }, { color: palette.series[1], text: 'Delivered, %' }, ...(shades.length > 0 ? [{ color: palette.bad, text: 'Not healthy' }] : [])]} />
      <Chart option={option} height={250} label={`Chart of throughput and delivery. ${wordsOf(data)}`} />
      {delays && (
        <>
          <Legend
            items={[
              { color: palette.series[0], text: 'Answer, 50 % (dotted) and 95 %' },
              { color: palette.series[2], text: 'Receipt, 50 % (dotted) and 95 %' },
            ]}
          />
          <Chart option={delays} height={170} label={`Chart of the time to the answer and to the receipt. ${delayWords(data)}`} />
        </>
      )}
    </>
  );
}

function Legend({ items }: { items: { color: string; text: string }[] }) {
  return (
    <div style={{ display: 'flex', flexWrap: 'wrap', gap: '2px 16px' }}>
      {items.map((item) => (
        <Text key={item.text} size="xs" c="dimmed" component="span">
          <span aria-hidden style={{ display: 'inline-block', width: 10, height: 10, borderRadius: 2, background: item.color, marginRight: 6 }} />
          {item.text}
        </Text>
      ))}
    </div>
  );
}

function optionOf({ steps, stepSeconds }: History, shades: Shade[], palette: Palette) {
  const axis = { type: 'time', axisLine: { lineStyle: { color: palette.line } }, axisTick: { show: false }, splitLine: { show: false } };
  const label = { color: palette.text, fontSize: 11, fontFamily: palette.font };
  const value = { type: 'value', splitNumber: 3, axisLabel: label, splitLine: { lineStyle: { color: palette.faint } } };
  const measured = steps.map((step) => (step.delivery === null || step.weight < 1 ? null : step.delivery * 100));
  const lowest = Math.min(100, ...measured.filter((one) => one !== null));
  return {
    textStyle: { fontFamily: palette.font },
    grid: [
      { left: 44, right: 12, top: 10, height: 118 },
      { left: 44, right: 12, top: 150, height: 68 },
    ],
    axisPointer: { link: [{ xAxisIndex: 'all' }] },
    tooltip: {
      trigger: 'axis',
      renderMode: 'richText',
      backgroundColor: palette.panel,
      borderColor: palette.line,
      textStyle: { color: palette.text, fontSize: 12, fontFamily: palette.font },
      formatter: (shown: unknown) => tellStep(shown, steps, stepSeconds),
    },
    xAxis: [
      { ...axis, gridIndex: 0, axisLabel: { show: false } },
      { ...axis, gridIndex: 1, axisLabel: { ...label, hideOverlap: true, formatter: (time: number) => at(time) } },
    ],
    yAxis: [
      { ...value, gridIndex: 0, min: 0 },
      { ...value, gridIndex: 1, min: Math.max(0, Math.floor(lowest / 10) * 10 - (lowest > 99 ? 10 : 0)), max: 100, splitNumber: 2 },
    ],
    series: [
      {
        type: 'line',
        xAxisIndex: 0,
        yAxisIndex: 0,
        showSymbol: false,
        lineStyle: { width: 2, color: palette.series[0] },
        itemStyle: { color: palette.series[0] },
        areaStyle: { color: palette.series[0], opacity: 0.12 },
        data: steps.map((step) => [step.at, Math.round(rateOf(step) * 100) / 100]),
        markArea: { silent: true, itemStyle: { color: palette.bad, opacity: 0.14 }, data: shades.map((shade) => [{ xAxis: shade.from }, { xAxis: shade.to }]) },
      },
      {
        type: 'line',
        xAxisIndex: 1,
        yAxisIndex: 1,
        showSymbol: measured.filter((one) => one !== null).length < 3,
        symbolSize: 6,
        lineStyle: { width: 2, color: palette.series[1] },
        itemStyle: { color: palette.series[1] },
        data: steps.map((step, i) => [step.at, measured[i]]),
      },
    ],
  };
}

// Drawn as text: nothing in it is markup.
function tellStep(shown: unknown, steps: Step[], stepSeconds: number) {
  const index = (Array.isArray(shown) ? (shown[0] as { dataIndex?: number }) : undefined)?.dataIndex ?? -1;
  const step = steps[index];
  if (!step) return '';
  return `${at(step.at)} – ${at(step.at + stepSeconds * 1000)}\n${perSecond(rateOf(step))} segments a second\nDelivered ${percent(step.delivery)}\nErrors ${percent(step.errors)}`;
}

function delaysOf({ steps }: History, palette: Palette) {
  const label = { color: palette.text, fontSize: 11, fontFamily: palette.font };
  const line = (color: string, type: 'solid' | 'dotted', of: (step: Step) => number | null | undefined) => ({
    type: 'line',
    showSymbol: steps.filter((step) => of(step) != null).length < 3,
    symbolSize: 6,
    connectNulls: false,
    lineStyle: { width: type === 'solid' ? 2 : 1.5, color, type },
    itemStyle: { color },
    data: steps.map((step) => [step.at, of(step) ?? null]),
  });
  return {
    textStyle: { fontFamily: palette.font },
    grid: { left: 52, right: 12, top: 8, bottom: 24 },
    tooltip: {
      trigger: 'axis',
      renderMode: 'richText',
      backgroundColor: palette.panel,
      borderColor: palette.line,
      textStyle: { color: palette.text, fontSize: 12, fontFamily: palette.font },
      formatter: (shown: unknown) => {
        const step = steps[(Array.isArray(shown) ? (shown[0] as { dataIndex?: number }) : undefined)?.dataIndex ?? -1];
        return step ? `${at(step.at)}\nAnswer: ${duration(step.response?.p50)}, 95 % ${duration(step.response?.p95)}\nReceipt: ${duration(step.receipt?.p50)}, 95 % ${duration(step.receipt?.p95)}` : '';
      },
    },
    xAxis: { type: 'time', axisLine: { lineStyle: { color: palette.line } }, axisTick: { show: false }, splitLine: { show: false }, axisLabel: { ...label, hideOverlap: true, formatter: (time: number) => at(time) } },
    // From milliseconds to minutes on one axis.
    yAxis: { type: 'log', splitNumber: 3, axisLabel: { ...label, formatter: (seconds: number) => duration(seconds) }, splitLine: { lineStyle: { color: palette.faint } } },
    series: [
      line(palette.series[0], 'dotted', (step) => step.response?.p50),
      line(palette.series[0], 'solid', (step) => step.response?.p95),
      line(palette.series[2], 'dotted', (step) => step.receipt?.p50),
      line(palette.series[2], 'solid', (step) => step.receipt?.p95),
    ],
  };
}

function delayWords({ steps }: History) {
  const last = steps.findLast((step) => step.response?.p95 != null);
  return last ? `At ${at(last.at)} 95 % of the answers came within ${duration(last.response?.p95)}, of the receipts within ${duration(last.receipt?.p95)}.` : 'Nothing was answered.';
}

function Steps({ data, withDelays }: { data: History; withDelays: boolean }) {
  return (
    <Sheet
      label="Figures of the chart"
      rows={data.steps.filter((step) => step.submitted > 0 || step.delivered > 0).reverse()}
      keyOf={(step) => String(step.at)}
      columns={[
        { title: 'From', cell: (step) => at(step.at) },
        { title: 'A second', isNumber: true, cell: (step) => perSecond(rateOf(step)) },
        { title: 'Segments', isNumber: true, cell: (step) => short(step.submitted) },
        { title: 'Delivered', isNumber: true, cell: (step) => percent(step.delivery) },
        { title: 'Errors', isNumber: true, cell: (step) => percent(step.errors) },
        ...(withDelays
          ? [
              { title: 'Answer, 95 %', isNumber: true, cell: (step: Step) => duration(step.response?.p95) },
              { title: 'Receipt, 95 %', isNumber: true, cell: (step: Step) => duration(step.receipt?.p95) },
            ]
          : []),
        { title: 'Cost', isNumber: true, cell: (step) => money(step.cost, data.currency) },
      ]}
    />
  );
}
