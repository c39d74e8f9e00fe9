import { Skeleton } from '@mantine/core';
import type { EChartsCoreOption, EChartsType } from 'echarts/core';
import { useEffect, useRef, useState } from 'react';

const LOADERS = {
  plots: () => import('./plots'),
  map: () => import('./map'),
};

/**
 * A drawing with a name, which says in words what can be seen. The library is loaded with the first one. Nothing moves: what is new is simply there.
 */
export function Chart({ kind = 'plots', option, label, height }: { kind?: keyof typeof LOADERS; option: EChartsCoreOption; label: string; height: number }) {
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<EChartsType>(undefined);
  const newest = useRef(option);
  const [state, setState] = useState<'loading' | 'drawn' | 'failed'>('loading');

  useEffect(() => {
    newest.current = option;
    chart.current?.setOption({ animation: false, ...option }, { notMerge: true });
  }, [option]);

  useEffect(() => {
    let isGone = false;
    let observer: ResizeObserver | undefined;
    void LOADERS[kind]()
      .then(({ init }) => {
        if (isGone || !place.current) return;
        const made = init(place.current);
        chart.current = made;
        made.setOption({ animation: false, ...newest.current }, { notMerge: true });
        observer = new ResizeObserver(() => made.resize());
        observer.observe(place.current);
        setState('drawn');
      })
      .catch(() => {
        if (!isGone) setState('failed');
      });
    return () => {
      isGone = true;
      observer?.disconnect();
      chart.current?.dispose();
      chart.current = undefined;
    };
  }, [kind]);

  return (
    <div style={{ position: 'relative', height }}>
      {state === 'loading' && <Skeleton height={height} radius="sm" style={{ position: 'absolute', inset: 0 }} />}
      {state === 'failed' && <p>The chart could not be loaded: load the page again. The figures are in the table.</p>}
      <div ref={place} role="img" aria-label={label} data-chart={state} style={{ height, visibility: state === 'drawn' ? 'visible' : 'hidden' }} />
    </div>
  );
}
