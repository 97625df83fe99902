/* The list: opening a row in place, J and K, and the way back. */
import htmx from './htmx.js';
import { act, handle } from './actions.js';

const place = () => document.querySelector('[data-place]');
const rows = () => [...document.querySelectorAll('[data-list] [data-row]:not([hidden]) > .item')];
const current = () => document.querySelector('[data-list] .item[aria-current]');

document.addEventListener('click', event => {
  const row = event.target.closest('[data-list] .item, a[data-open]');
  if (!row || !place() || event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  open(row.href);
});

/** Opens a ticket beside the list; the address follows. Without a line, or when it may not be seen, the browser goes there itself. */
export async function open(href, { push = true } = {}) {
  const target = place();
  if (push) history.pushState({ ticket: true }, '', href);
  choose(href);
  const slow = setTimeout(() => target.classList.add('loading'), 200);
  target.removeAttribute('data-tab');
  try {
    const answer = await fetch(href, { headers: { 'HX-Request': 'true' }, credentials: 'same-origin' });
    if (!answer.ok || answer.redirected) throw new Error(answer.statusText);
    const text = await answer.text();
    if (new URL(href, location.href).pathname !== location.pathname) return;
    target.replaceChildren(...new DOMParser().parseFromString(text, 'text/html').body.childNodes);
    htmx.process(target);
    document.dispatchEvent(new CustomEvent('ticket-open'));
  } catch {
    location.assign(href);
  } finally {
    clearTimeout(slow);
    target.classList.remove('loading');
  }
}

function choose(href) {
  current()?.removeAttribute('aria-current');
  const path = new URL(href, location.href).pathname;
  const row = rows().find(item => new URL(item.href).pathname === path);
  row?.setAttribute('aria-current', 'true');
  row?.classList.remove('unread');
  row?.scrollIntoView({ block: 'nearest' });
}

addEventListener('popstate', () => {
  if (!place()) return;
  if (/^\/tickets\/\d+$/.test(location.pathname)) open(location.href, { push: false });
  else if (sameView()) close();
  else location.reload();
});

const sameView = () => document.querySelector('[data-list]')?.dataset.view === (new URLSearchParams(location.search).get('view') ?? document.querySelector('[data-list]')?.dataset.view);

function close() {
  const empty = document.getElementById('blank-pane');
  place().replaceChildren(...(empty ? [empty.content.cloneNode(true)] : []));
  const row = current();
  row?.removeAttribute('aria-current');
  row?.focus();
  document.dispatchEvent(new CustomEvent('ticket-open'));
}

/** The row after (1) or before (-1) the one in hand. */
function neighbour(step) {
  const all = rows();
  const focused = document.activeElement?.closest('[data-list] .item');
  const here = all.indexOf(document.querySelector('[data-ticket]') ? current() ?? focused : focused ?? current());
  return here < 0 ? all[step > 0 ? 0 : all.length - 1] : all[here + step];
}

function walk(step) {
  const row = neighbour(step);
  if (!row) return false;
  row.focus();
  if (document.querySelector('[data-ticket]')) open(row.href);
}

handle('next', () => walk(1));
handle('previous', () => walk(-1));
handle('open', () => { const row = document.activeElement?.closest('[data-list] .item') ?? rows()[0]; if (!row) return false; row.click(); });

document.addEventListener('keydown', event => {
  if (!event.target.closest?.('[data-list]')) return;
  const name = { ArrowDown: 'next', ArrowUp: 'previous' }[event.key];
  if (name) { event.preventDefault(); if (!document.querySelector('[data-ticket]')) act(name); else neighbour(name === 'next' ? 1 : -1)?.focus(); }
  if (event.key === 'Home' || event.key === 'End') { event.preventDefault(); rows().at(event.key === 'Home' ? 0 : -1)?.focus(); }
});

/** After "send and next": the following row, else the list. */
export function openNext() {
  const row = neighbour(1) ?? neighbour(-1);
  if (row && row !== current()) { row.focus(); open(row.href); } else close();
}
