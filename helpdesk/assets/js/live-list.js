/* A list that stays true: rows change in place; new ones come in without moving what is read. */
import { handle } from './actions.js';
import { fillCounts } from './counts.js';
import { fragment } from './http.js';
import { refreshTimes } from './time.js';
import { word } from './words.js';

const PAGE = 25; // rows of a page, as the server has it
const PAUSE = 2000; // a list asks at most once in this time
const SPREAD = 600; // hundreds of lists hear of a change at once: they do not ask at once
const MINUTE = 60_000;
const ENGAGED = 30_000; // pointer or focus in the list within this time: nothing moves

// Kinds that bring no ticket into a view; they matter only for rows that are shown.
const QUIET = /^(note_|reply_|delivery_|subject_|priority_|ticket_tagged|ticket_untagged)/;

const list = () => document.querySelector('[data-list]');
const rowsOf = box => [...box.querySelectorAll('[data-row]')];
const rowIn = (box, number) => box.querySelector(`[data-row="${number}"]`);
const link = row => row.querySelector('.item');
const inHand = row => link(row).hasAttribute('aria-current') || row.querySelector('.pick').checked;
let asked = 0;
let waiting = null;
let touched = 0;

document.addEventListener('hint', ({ detail: hint }) => {
  const box = list();
  if (box && hint.ticket && hint.kind !== 'presence' && concerns(box, hint)) ask();
});
document.addEventListener('reset', () => list() && ask(Math.random() * PAUSE));
document.addEventListener('behind', () => list() && ask());
setInterval(() => { if (list()?.hasAttribute('data-moves')) ask(); }, MINUTE); // time alone brings tickets into some views
document.addEventListener('visibilitychange', () => { if (!document.hidden && list()?.dataset.dirty) ask(); });
for (const kind of ['pointermove', 'keydown', 'focusin', 'wheel'])
  document.addEventListener(kind, event => { if (event.target.closest?.('[data-list]')) touched = Date.now(); }, { passive: true });

function concerns(box, hint) {
  if (rowIn(box, hint.ticket)) return true;
  return !QUIET.test(hint.kind) || /^v\d/.test(box.dataset.view); // whatever changes may bring a ticket into a view that somebody made
}

function ask(delay = 0) {
  if (document.hidden) { list().dataset.dirty = 'yes'; return; }
  if (waiting) return;
  const rest = Math.max(delay, asked + PAUSE - Date.now(), 0);
  waiting = setTimeout(refresh, rest + Math.random() * SPREAD);
}

async function refresh() {
  [waiting, asked] = [null, Date.now()];
  const box = list();
  if (!box) return;
  delete box.dataset.dirty;
  const text = await fragment(box.dataset.rows);
  if (text !== null && box.isConnected) apply(box, new DOMParser().parseFromString(text, 'text/html'));
}

function apply(box, fresh) {
  const engaged = Date.now() - touched < ENGAGED;
  const rows = rowsOf(fresh);
  const added = rows.filter(row => !change(box, row));
  counts(fresh);
  if ('later' in box.dataset) return;
  for (const row of missing(box, rows)) leave(row, engaged);
  if (engaged) insertQuietly(box, rows, added);
  else order(box, rows);
  if (rows.length) box.querySelector('.blank')?.remove();
  refreshTimes(box);
  document.dispatchEvent(new CustomEvent('rows', { detail: fresh }));
}

/** Changes a row in place; answers whether it was there. */
function change(box, row) {
  const old = rowIn(box, row.dataset.row);
  if (!old) return false;
  const [here, fresh] = [link(old), link(row)];
  if (bare(here) === bare(fresh)) return true;
  here.replaceChildren(...[...fresh.childNodes].map(node => node.cloneNode(true)));
  here.classList.toggle('unread', fresh.classList.contains('unread') && !here.hasAttribute('aria-current'));
  old.removeAttribute('data-moved');
  tint(old);
  return true;
}

/** A row's link without what the page itself keeps: presence, relative times. */
function bare(item) {
  const copy = item.cloneNode(true);
  for (const part of copy.querySelectorAll('[data-presence-for], time')) part.textContent = '';
  return copy.innerHTML.replace(/\s+/g, ' ') + item.classList.contains('unread');
}

/** Rows that are in the view no more; those below a full first page have only sunk to the next one. */
function missing(box, rows) {
  const kept = new Set(rows.map(row => row.dataset.row));
  const shown = rowsOf(box);
  const last = shown.findLastIndex(row => kept.has(row.dataset.row));
  return shown.filter((row, index) => !kept.has(row.dataset.row) && (index < last || rows.length < PAGE));
}

/** The open row and those that are picked never leave, and none does while somebody reads the list. */
function leave(row, engaged) {
  if (engaged || inHand(row)) row.dataset.moved = word('moved');
  else row.remove();
}

function order(box, rows) {
  let before = box.firstElementChild;
  for (const given of rows) {
    const row = rowIn(box, given.dataset.row) ?? tint(given);
    if (row === before) before = before.nextElementSibling;
    else box.insertBefore(row, before);
  }
}

/** New rows come in around what is read, and the view stays where it is; where that cannot be, they wait behind the pill. */
function insertQuietly(box, rows, added) {
  const scroller = getComputedStyle(box).overflowY === 'visible' ? document.scrollingElement : box;
  const news = added.filter(row => follower(box, rows, row));
  const read = rowsOf(box).find(row => row.getBoundingClientRect().bottom > Math.max(0, scroller.getBoundingClientRect().top));
  const [place, top] = [read?.offsetTop, scroller.scrollTop];
  for (const row of added) if (!news.includes(row)) box.insertBefore(row, box.querySelector('.list-more')); // risen from the next page: no news
  for (const row of news.toReversed()) box.insertBefore(tint(row), follower(box, rows, row));
  const grown = (read?.offsetTop ?? 0) - (place ?? 0);
  scroller.scrollTop = top + grown;
  if (scroller.scrollTop < top + grown - 1) { scroller.scrollTop = top; for (const row of news) row.hidden = true; }
  for (const row of news) row.dataset.new = '';
  pill(box);
}

function follower(box, rows, row) {
  const later = rows.slice(rows.indexOf(row) + 1).map(one => rowIn(box, one.dataset.row));
  return later.find(Boolean) ?? null;
}

function tint(row) {
  row.classList.add('fresh');
  setTimeout(() => row.classList.remove('fresh'), 2400);
  return row;
}

function pill(box) {
  const button = document.querySelector('[data-pill]');
  if (!button) return;
  const count = box.querySelectorAll('[data-new]').length;
  button.hidden = !count;
  button.querySelector('span').textContent = word('new_rows', { num: count });
}

function loadNew() {
  const box = list();
  const rows = box?.querySelectorAll('[data-new]');
  if (!rows?.length) return false;
  for (const row of rows) { row.hidden = false; row.removeAttribute('data-new'); }
  pill(box);
  box.scrollTo({ top: 0 });
  rows[0].scrollIntoView({ block: 'nearest' });
  link(rows[0]).focus();
}

function counts(fresh) {
  const values = JSON.parse(fresh.querySelector('[data-counts]')?.textContent ?? '{}');
  fillCounts(values);
}

handle('load-new', loadNew);
document.addEventListener('ticket-open', () => {
  list()?.querySelector('.item[aria-current]')?.closest('[data-row]').removeAttribute('data-new');
  if (list()) pill(list());
});
document.addEventListener('click', event => event.target.closest('[data-pill]') && loadNew());
document.addEventListener('scroll', event => {
  const box = list();
  if (!box || event.target !== box || box.scrollTop > 8) return;
  for (const row of box.querySelectorAll('[data-new]:not([hidden])')) row.removeAttribute('data-new');
  pill(box);
}, true);
