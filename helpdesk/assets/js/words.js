/* Texts and data the page brings along; no text stands in the scripts. */

/** What a <script type="application/json" id="…"> holds, or null. */
export const data = id => JSON.parse(document.getElementById(id)?.textContent || 'null');

const words = data('words') ?? {};
const { lang, dataset } = document.documentElement;
const digits = dataset.digits || 'latn';

/** The locale for Intl: Gregorian, with the reader's digits. */
export const locale = `${lang || 'en'}-u-ca-gregory-nu-${digits}`;
export const zone = dataset.zone || undefined;

const plural = new Intl.PluralRules(lang || 'en');
const number = new Intl.NumberFormat(locale, { useGrouping: false });

/** A word of words.json with {name} filled in; a plural one is chosen by `num`. */
export function word(name, values = {}) {
  const entry = words[name] ?? '';
  const text = typeof entry === 'string' ? entry : entry[plural.select(values.num)] ?? entry.other;
  return text.replace(/\{(\w+)\}/g, (_, key) => (typeof values[key] === 'number' ? number.format(values[key]) : values[key] ?? ''));
}

/** A number in the reader's digits. */
export const written = value => number.format(value);

/** A picture of the sprite. */
export function icon(name) {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('class', `i i-${name}`);
  svg.setAttribute('aria-hidden', 'true');
  const use = document.createElementNS('http://www.w3.org/2000/svg', 'use');
  use.setAttribute('href', `${words.sprite}#${name}`);
  svg.append(use);
  return svg;
}

/** An element: make('span', {class: 'chip'}, 'text', child). */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) if (value !== false && value != null) element.setAttribute(name, value);
  element.append(...children);
  return element;
}
