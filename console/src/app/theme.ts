import { type CSSVariablesResolver, Menu, Modal, NavLink, Notification, createTheme } from '@mantine/core';

export const theme = createTheme({
  primaryColor: 'indigo',
  primaryShade: 7,
  autoContrast: true,
  defaultRadius: 'md',
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif',
  fontFamilyMonospace: 'ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, monospace',
  headings: { fontWeight: '650' },
  cursorType: 'pointer',
  respectReducedMotion: true,
  components: {
    // The place that has the focus first is no item of a menu, which WCAG does not allow in one: the first item has it.
    Menu: Menu.extend({ defaultProps: { withInitialFocusPlaceholder: false } }),
    Modal: Modal.extend({ defaultProps: { closeButtonProps: { 'aria-label': 'Close' } }, styles: { title: { fontWeight: 650 } } }),
    NavLink: NavLink.extend({ styles: { root: { borderRadius: 'var(--mantine-radius-md)' } } }),
    Notification: Notification.extend({ defaultProps: { closeButtonProps: { 'aria-label': 'Close' } } }),
  },
});

const TINTS: Record<string, [field: string, hover: string, text: string]> = {
  gray: ['#363b42', '#40464e', '#d5dae0'],
  red: ['#45201f', '#522726', '#ffb8b3'],
  orange: ['#45280f', '#523013', '#ffc78d'],
  yellow: ['#40310c', '#4c3a10', '#ffdd85'],
  green: ['#173822', '#1c4329', '#a9ebbc'],
  cyan: ['#10373f', '#14424b', '#9ce6f1'],
  blue: ['#17314c', '#1c3b5b', '#aed5ff'],
  indigo: ['#242c52', '#2c3662', '#bcc8ff'],
};

/** Colours of texts that are stronger than Mantine's: WCAG 2.2 asks for a contrast of 4.5 to 1 (1.4.3). */
export const strongerColours: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-dimmed': '#545c66',
    '--mantine-color-error': '#b42318',
    '--mantine-color-anchor': '#3046b8',
    '--mantine-color-placeholder': '#6b727b',
    '--mantine-color-gray-light-color': '#3d444d',
    '--mantine-color-red-light-color': '#9c1414',
    '--mantine-color-orange-light-color': '#853500',
    '--mantine-color-yellow-light-color': '#6b4700',
    '--mantine-color-green-light-color': '#125624',
    '--mantine-color-cyan-light-color': '#075667',
    '--mantine-color-blue-light-color': '#114f8c',
  },
  dark: {
    '--mantine-color-dimmed': '#a9afb8',
    '--mantine-color-error': '#ff9c9c',
    '--mantine-color-anchor': '#a3b5ff',
    '--mantine-color-placeholder': '#9aa1aa',
    // Fields of badges and of alerts: a tint of the page, not a wall of colour.
    ...Object.fromEntries(
      Object.entries(TINTS).flatMap(([colour, [field, hover, text]]) => [
        [`--mantine-color-${colour}-light`, field],
        [`--mantine-color-${colour}-light-hover`, hover],
        [`--mantine-color-${colour}-light-color`, text],
      ]),
    ),
  },
});
