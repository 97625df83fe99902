/* The bell (a[data-bell]): notices come in without a reload; a press shows the newest beside it. On a phone it is a link to the page. */
import { fragment } from './http.js';
import { say } from './toasts.js';

const SHORT = '/notices/short';
const WIDE = matchMedia('(width >= 48rem)');
const SPREAD = 400; // many pages hear of the same thing: they do not ask at once
const bell = document.querySelector('[data-bell]');
const sheet = document.getElementById('bell-sheet');
let known = Number(bell?.dataset.bell || 0);
let waiting = null;

if (bell) {
  document.addEventListener('hint', ({ detail: { kind } }) => { if (kind === 'notice') ask(); });
  document.addEventListener('reset', ask);
  bell.addEventListener('click', open);
}

function ask() {
  waiting ??= setTimeout(refresh, Math.random() * SPREAD);
}

async function refresh() {
  waiting = null;
  const text = await fragment(SHORT);
  if (text === null) return;
  const fresh = new DOMParser().parseFromString(text, 'text/html').querySelector('[data-unread]');
  const unread = Number(fresh.dataset.unread);
  for (const count of document.querySelectorAll('[data-count="notices"]')) count.textContent = unread ? fresh.dataset.shown : '';
  if (unread > known && !document.hidden) say(fresh.querySelector('[data-notice-words]')?.textContent ?? '');
  known = unread;
  sheet.replaceChildren(fresh);
}

async function open(event) {
  if (!WIDE.matches || !sheet.showPopover || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  if (sheet.matches(':popover-open')) { sheet.hidePopover(); return; }
  await refresh();
  sheet.showPopover();
  sheet.querySelector('button, a')?.focus();
}
