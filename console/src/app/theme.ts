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
    '--mantine-color-gray-light': '#363b42',
    '--mantine-color-gray-light-color': '#d5dae0',
  },
});
