/* The table of keys, bound by place (event.code), so that J works on an Arabic layout too. */
import { act, handle } from './actions.js';
import { closeMenus } from './menus.js';
import { pickNone } from './pick.js';
import { data } from './words.js';

const table = (data('keys') ?? []).flatMap(group => group.keys.map(key => ({ ...key, scope: group.scope })));
const SCOPES = ['stopped', 'composer', 'picked', 'ticket', 'list', 'rule', 'any'];
const active = {
  stopped: () => document.querySelector('.stop') && !inText(),
  composer: () => document.activeElement?.closest('.composer'),
  picked: () => document.querySelector('[data-list] .pick:checked'),
  ticket: () => document.querySelector('[data-ticket]'),
  list: () => document.querySelector('[data-list]'),
  rule: () => document.querySelector('[data-rule]'),
  any: () => true,
};

let first = '';
let firstAt = 0;

document.addEventListener('keydown', event => {
  if (event.isComposing || event.defaultPrevented || event.repeat && !/Arrow|Key[JK]/.test(event.code)) return;
  if (document.querySelector('dialog[open]')) return;
  const stroke = strokeOf(event);
  if (!stroke || (isLetter(stroke) && (inText() || !lettersOn()))) return;
  const sequence = Date.now() - firstAt < 1000 ? `${first} ${stroke}` : '';
  const key = find(sequence) || find(stroke);
  [first, firstAt] = [key ? '' : stroke, Date.now()];
  if (key && act(key.do, event)) event.preventDefault();
});

function strokeOf(event) {
  if (/^(Control|Shift|Alt|Meta)/.test(event.code)) return '';
  const code = event.key === '?' ? 'Slash' : event.code === 'NumpadEnter' ? 'Enter' : event.code;
  return [(event.ctrlKey || event.metaKey) && 'Ctrl', event.altKey && 'Alt', event.shiftKey && 'Shift', code].filter(Boolean).join('+');
}

const isLetter = stroke => !/^(Ctrl|Alt)\+|^(Escape|F\d+)$/.test(stroke);
const lettersOn = () => data('agents')?.single_keys !== false;
const inText = () => document.activeElement?.matches('input:not([type=checkbox], [type=radio], [type=submit], [type=file]), textarea, select, [contenteditable="true"]');
const find = code => code && SCOPES.flatMap(scope => (active[scope]() ? table.filter(key => key.scope === scope && key.code === code) : []))[0];

handle('keys', () => document.getElementById('key-sheet')?.showModal() ?? true);
handle('search', () => { location.href = '/search'; });
handle('out', () => closeMenus() || pickNone() || closeSide() || leaveText());

function closeSide() {
  const side = document.querySelector('.aside.is-open');
  side?.classList.remove('is-open');
  return Boolean(side);
}

function leaveText() {
  const box = document.activeElement?.closest('.composer');
  if (!box) return false;
  (document.getElementById('thread') ?? document.getElementById('main'))?.focus();
}
