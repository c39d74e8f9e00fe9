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
        const at = place.current;

        // What has no size yet cannot be drawn.
        observer = new ResizeObserver(() => {
          if (at.clientWidth === 0 || at.clientHeight === 0) return;
          if (chart.current) {
            chart.current.resize();
            return;
          }
          chart.current = init(at);
          chart.current.setOption({ animation: false, ...newest.current }, { notMerge: true });
          setState('drawn');
        });
        observer.observe(at);
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
