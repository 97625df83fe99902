/* Ctrl K: what can be done here, where one can go, and a search for the words typed. */
import { act, handle, possible } from './actions.js';
import { data, make, word } from './words.js';

const box = document.getElementById('palette');
const input = box?.querySelector('input');
const list = box?.querySelector('[role=listbox]');
let options = [];
let at = 0;

handle('palette', () => {
  if (!box) return false;
  options = gather();
  input.value = '';
  render();
  box.showModal();
});

document.querySelector('.find')?.addEventListener('click', event => { if (box) { event.preventDefault(); act('palette'); } });

function gather() {
  const keys = (data('keys') ?? []).flatMap(group => group.keys).filter(key => key.do !== 'palette' && !key.do.startsWith('go-') && possible(key.do));
  const commands = keys.map(key => ({ group: 'commands', text: key.text, keys: key.show, run: () => act(key.do) }));
  const pages = [...document.querySelectorAll('.views .view')].map(link => ({ group: 'pages', text: link.querySelector('span[dir]')?.textContent ?? link.textContent, run: () => link.click() }));
  return [...pages, ...commands];
}

const plain = text => text.toLowerCase().normalize('NFKD').replace(/[\u0300-\u036f\u064b-\u0652\u0640]/g, '').replace(/[أإآ]/g, 'ا');

function render() {
  const wanted = plain(input.value.trim());
  const shown = options.filter(option => plain(option.text).includes(wanted));
  if (wanted) shown.push({ group: 'search', text: word('search_for', { text: input.value.trim() }), run: search });
  at = 0;
  list.replaceChildren(...['pages', 'commands', 'search'].flatMap(group => section(group, shown)));
  mark();
}

function section(group, shown) {
  const mine = shown.filter(option => option.group === group);
  if (!mine.length) return [];
  const box = make('div', { role: 'group', 'aria-label': word(group) || word('search_for', { text: '' }) });
  if (word(group)) box.append(make('p', { class: 'menu-h', role: 'presentation' }, word(group)));
  for (const option of mine) box.append(line(option));
  return [box];
}

function line(option) {
  const item = make('div', { class: 'menu-item', role: 'option' }, make('bdi', {}, option.text));
  if (option.keys) item.append(make('kbd', {}, option.keys));
  item.onclick = () => { box.close(); option.run(); };
  return item;
}

function mark() {
  const items = list.querySelectorAll('[role=option]');
  items.forEach((item, index) => { item.id = `palette-${index}`; item.setAttribute('aria-selected', index === at); });
  if (items[at]) { input.setAttribute('aria-activedescendant', items[at].id); items[at].scrollIntoView({ block: 'nearest' }); }
}

const search = () => { location.href = `/search?q=${encodeURIComponent(input.value.trim())}`; };

input?.addEventListener('input', render);
input?.addEventListener('keydown', event => {
  const items = list.querySelectorAll('[role=option]');
  if (event.key === 'Enter') { event.preventDefault(); items[at]?.click(); }
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step || !items.length) return;
  event.preventDefault();
  at = (at + step + items.length) % items.length;
  mark();
});
box?.addEventListener('click', event => event.target === box && box.close());
