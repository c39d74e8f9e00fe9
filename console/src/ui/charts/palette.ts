import { useComputedColorScheme } from '@mantine/core';

export interface Palette {
  font: string;
  text: string;
  line: string;
  faint: string;
  panel: string;
  series: readonly [string, string, string];
  good: string;
  warn: string;
  bad: string;
  none: string;
}

// Lines have a contrast of 3 to 1 and more to what they lie on (WCAG 2.2, 1.4.11).
const FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif';

const LIGHT: Palette = {
  font: FONT,
  text: '#3d444d',
  line: '#c9ced6',
  faint: '#eef1f4',
  panel: '#ffffff',
  series: ['#3b5bdb', '#1b7a3d', '#b85c00'],
  good: '#4f9d69',
  warn: '#e0a020',
  bad: '#d0443a',
  none: '#dfe3e8',
};

const DARK: Palette = {
  font: FONT,
  text: '#c1c7d0',
  line: '#4a5059',
  faint: '#2e333a',
  panel: '#242424',
  series: ['#8fa6ff', '#6fd08c', '#ffb463'],
  good: '#3f8f5a',
  warn: '#c98f1a',
  bad: '#d65a50',
  none: '#3a4048',
};

/** Colours of charts: a canvas does not know those of the page. */
export const usePalette = (): Palette => (useComputedColorScheme('light') === 'dark' ? DARK : LIGHT);
