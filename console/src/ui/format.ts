const LOCALE = 'en';
const whole = new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 0 });
const compact = new Intl.NumberFormat(LOCALE, { notation: 'compact', maximumFractionDigits: 1 });
const regions = new Intl.DisplayNames([LOCALE], { type: 'region' });

export const NOTHING = '–';

export const count = (value: number | null | undefined) => (value == null ? NOTHING : whole.format(value));

/** A price of a segment, which is decimal text: with as many decimals as those beside it. */
export const price = (amount: string) => (/^-?\d+(\.\d{0,3})?$/.test(amount) ? Number(amount).toFixed(4) : amount).replace('-', '−');

/** 12,345 in full; 1.2M from a hundred thousand on. */
export const short = (value: number | null | undefined) => (value == null ? NOTHING : Math.abs(value) < 100_000 ? whole.format(value) : compact.format(value));

export function perSecond(value: number | null | undefined) {
  if (value == null) return NOTHING;
  return value === 0 ? '0' : value < 10 ? value.toFixed(1) : whole.format(value);
}

/** Holds a figure and its unit together at the end of a line. */
const TIE = '\u00a0';

/** A sentence in which figures and their units hold together. */
export const tied = (text: string) => text.replace(/(\d) (%|µs|ms|s|min|h|d)(?![a-z])/g, `$1${TIE}$2`);

/** A share as per cent. Never rounded up to 100, nor down to 0. */
export function percent(share: number | null | undefined) {
  if (share == null) return NOTHING;
  const value = share * 100;
  if (value > 99.9 && value < 100) return `>99.9${TIE}%`;
  if (value > 0 && value < 0.1) return `<0.1${TIE}%`;
  return `${value === 0 || value === 100 ? value : value.toFixed(1)}${TIE}%`;
}

/** Seconds for people: 80 ms, 4.2 s, 3 min, 2.5 h. */
export function duration(seconds: number | null | undefined) {
  if (seconds == null) return NOTHING;
  if (seconds < 1) return `${Math.round(seconds * 1000)}${TIE}ms`;
  if (seconds < 120) return `${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)}${TIE}s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)}${TIE}min`;
  return seconds < 172_800 ? `${(seconds / 3600).toFixed(1)}${TIE}h` : `${Math.round(seconds / 86_400)}${TIE}d`;
}

/** Amounts come as decimal text. */
export function money(amount: string | number | null | undefined, currency?: string) {
  if (amount == null) return NOTHING;
  const value = Number(amount);
  const digits = Math.abs(value) < 1 && value !== 0 ? 4 : 2;
  const text = new Intl.NumberFormat(LOCALE, { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(value).replace('-', '−');
  return currency ? `${text} ${currency}` : text;
}

export function countryName(code: string | null | undefined) {
  if (!code || code === 'unknown') return 'Country not known';
  try {
    return regions.of(code) ?? code;
  } catch {
    return code;
  }
}

export const networkName = (network: string | null | undefined) => (!network || network === 'unknown' ? 'network not known' : network);
