// Turns the patterns of one country calling code into an automaton over digits.
// The patterns use digits, \d, classes, groups, alternatives and bounded repeats: regular languages of bounded length, so
// that the result is exact and has no cycles.

/** Parses a pattern into a tree of { kind, ... } nodes. */
export function parsePattern(pattern) {
  let at = 0;
  const fail = (why) => { throw new Error(`${why} at ${at} in ${pattern}`); };

  function alternatives() {
    const options = [sequence()];
    while (pattern[at] === '|') {
      at++;
      options.push(sequence());
    }
    return options.length === 1 ? options[0] : { kind: 'alternatives', options };
  }

  function sequence() {
    const items = [];
    while (at < pattern.length && pattern[at] !== '|' && pattern[at] !== ')') items.push(repeated(atom()));
    return { kind: 'sequence', items };
  }

  function atom() {
    const c = pattern[at++];
    if (/\d/.test(c)) return digits([Number(c)]);
    if (c === '\\') {
      if (pattern[at++] !== 'd') fail('Unknown escape');
      return digits([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    }
    if (c === '[') return digitClass();
    if (c === '(') {
      if (pattern.startsWith('?:', at)) at += 2;
      else if (pattern[at] === '?') fail('Unknown group');
      const inner = alternatives();
      if (pattern[at++] !== ')') fail('Open group');
      return inner;
    }
    return fail(`Unexpected ${c}`);
  }

  function digitClass() {
    const list = [];
    while (pattern[at] !== ']') {
      const from = digit();
      let to = from;
      if (pattern[at] === '-') {
        at++;
        to = digit();
      }
      for (let d = from; d <= to; d++) list.push(d);
    }
    at++;
    return digits(list);
  }

  function digit() {
    if (!/\d/.test(pattern[at] ?? '')) fail('Digit expected');
    return Number(pattern[at++]);
  }

  function repeated(item) {
    if (pattern[at] === '?') {
      at++;
      return { kind: 'repeat', item, min: 0, max: 1 };
    }
    if (pattern[at] !== '{') {
      if (pattern[at] === '*' || pattern[at] === '+') fail('Unbounded repeat');
      return item;
    }
    const [whole, min, comma, max] = /^\{(\d+)(,?)(\d*)\}/.exec(pattern.slice(at)) ?? fail('Bad repeat');
    if (comma && !max) fail('Unbounded repeat');
    at += whole.length;
    return { kind: 'repeat', item, min: Number(min), max: Number(comma ? max : min) };
  }

  const digits = (list) => ({ kind: 'digits', mask: list.reduce((mask, d) => mask | (1 << d), 0) });
  const tree = alternatives();
  if (at !== pattern.length) fail('Rest');
  return tree;
}

/** A nondeterministic automaton that holds many patterns at once; each pattern ends in a state of its own. */
export class Patterns {
  constructor() {
    this.edges = []; // state → [{ mask, to }]
    this.silent = []; // state → [to]
    this.accepts = []; // state → pattern index, or -1
    this.start = this.#state();
    this.count = 0;
  }

  #state() {
    this.edges.push([]);
    this.silent.push([]);
    this.accepts.push(-1);
    return this.edges.length - 1;
  }

  /** Adds a pattern and gives its index. With isPrefix it also holds for every longer number. */
  add(pattern, isPrefix = false) {
    const index = this.count++;
    const end = this.#build(parsePattern(pattern), this.#first());
    this.accepts[end] = index;
    if (isPrefix) this.edges[end].push({ mask: 0x3ff, to: end });
    return index;
  }

  #first() {
    const first = this.#state();
    this.silent[this.start].push(first);
    return first;
  }

  #build(node, from) {
    switch (node.kind) {
      case 'digits': {
        const to = this.#state();
        this.edges[from].push({ mask: node.mask, to });
        return to;
      }
      case 'sequence':
        return node.items.reduce((state, item) => this.#build(item, state), from);
      case 'alternatives': {
        const to = this.#state();
        for (const option of node.options) {
          const first = this.#state();
          this.silent[from].push(first);
          this.silent[this.#build(option, first)].push(to);
        }
        return to;
      }
      case 'repeat': {
        let state = from;
        for (let i = 0; i < node.min; i++) state = this.#build(node.item, state);
        const to = this.#state();
        this.silent[state].push(to);
        for (let i = node.min; i < node.max; i++) {
          state = this.#build(node.item, state);
          this.silent[state].push(to);
        }
        return to;
      }
      default:
        throw new Error(node.kind);
    }
  }

  closure(states) {
    const seen = new Set(states);
    const open = [...states];
    while (open.length > 0) {
      for (const to of this.silent[open.pop()]) {
        if (seen.has(to)) continue;
        seen.add(to);
        open.push(to);
      }
    }
    // States that only lead on silently say nothing more once they are closed over.
    return [...seen].filter((s) => this.edges[s].length > 0 || this.accepts[s] >= 0).sort((a, b) => a - b);
  }

  step(states, digit) {
    const next = new Set();
    for (const state of states) {
      for (const { mask, to } of this.edges[state]) {
        if (mask & (1 << digit)) next.add(to);
      }
    }
    return next.size === 0 ? [] : this.closure([...next]);
  }

  matched(states) {
    const found = new Set();
    for (const state of states) if (this.accepts[state] >= 0) found.add(this.accepts[state]);
    return found;
  }
}

/** Nodes shared by all automata: equal nodes are one node. */
export class NodePool {
  constructor() {
    this.nodes = [{ output: 0, children: null }]; // node 0: nothing is known here or further on
    this.index = new Map([['0|', 0]]);
  }

  add(output, children) {
    const isLeaf = children.every((c) => c === 0);
    const key = `${output}|${isLeaf ? '' : children.join(',')}`;
    let id = this.index.get(key);
    if (id === undefined) {
      id = this.nodes.length;
      this.nodes.push({ output, children: isLeaf ? null : children });
      this.index.set(key, id);
    }
    return id;
  }

  /** Makes the least automaton of the patterns: outputOf gives the number to store for a set of matched patterns and a length. */
  build(patterns, maxLength, outputOf) {
    const known = new Map();
    const visit = (states, length) => {
      const key = `${length}:${states.join(',')}`;
      let id = known.get(key);
      if (id !== undefined) return id;
      const children = new Array(10).fill(0);
      if (length < maxLength) {
        for (let d = 0; d < 10; d++) {
          const next = patterns.step(states, d);
          if (next.length > 0) children[d] = visit(next, length + 1);
        }
      }
      id = this.add(outputOf(patterns.matched(states), length), children);
      known.set(key, id);
      return id;
    };
    return visit(patterns.closure([patterns.start]), 0);
  }
}
