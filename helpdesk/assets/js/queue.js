/* Work in hand: a ticket is dragged to another column, or chosen and given by the button; the board follows what others do. */
import htmx from './htmx.js';
import { fragment, post } from './http.js';
import { say, show } from './toasts.js';
import { word } from './words.js';

const PAUSE = 2000;
const form = () => document.querySelector('[data-queue]');
const board = () => document.getElementById('queue-board');
let dragged = null;
let stale = false;
let timer;

/** Fetches the board and morphs it in; not while a ticket is held or chosen, which would move under the hand. */
async function refresh() {
  clearTimeout(timer);
  timer = undefined;
  if (!form()) return;
  stale = Boolean(dragged || board().querySelector(':checked'));
  if (stale) return;
  const text = await fragment(form().dataset.queue);
  if (text === null || dragged || !board()) return;
  await htmx.swap({ text, target: board(), swap: 'outerMorph', sourceElement: board() });
}

/** Gives tickets to an agent ("" for nobody). */
async function give(numbers, assignee) {
  const body = new FormData();
  for (const number of numbers) body.append('number', number);
  body.set('assignee', assignee);
  try {
    const answer = await post(form().action, body);
    show(await answer.text());
    for (const box of board().querySelectorAll(':checked')) box.checked = false;
  } catch {
    say(word('failed'), { late: true });
  }
  await refresh();
}

document.addEventListener('submit', event => {
  if (!event.target.matches('[data-queue]')) return;
  event.preventDefault();
  const numbers = [...board().querySelectorAll(':checked')].map(box => box.value);
  if (numbers.length) return give(numbers, form().elements.assignee.value);
  say(word('choose_tickets'));
  board().querySelector('input[type=checkbox]')?.focus();
});

document.addEventListener('dragstart', event => {
  dragged = event.target.closest?.('.queue-card') ?? null;
  if (!dragged) return;
  event.dataTransfer.setData('text/plain', dragged.dataset.number);
  event.dataTransfer.effectAllowed = 'move';
  dragged.classList.add('held');
});

const place = event => (dragged ? event.target.closest?.('[data-queue-to]') : null);

document.addEventListener('dragover', event => {
  const column = place(event);
  for (const other of document.querySelectorAll('.queue-column.over')) if (other !== column) other.classList.remove('over');
  if (!column || column.contains(dragged)) return;
  event.preventDefault();
  column.classList.add('over');
});

document.addEventListener('drop', event => {
  const column = place(event);
  if (!column || column.contains(dragged)) return;
  event.preventDefault();
  const { number } = dragged.dataset;
  column.querySelector('.queue-list').prepend(dragged);
  letGo();
  give([number], column.dataset.queueTo);
});

document.addEventListener('dragend', () => { letGo(); if (stale) refresh(); });

function letGo() {
  dragged?.classList.remove('held');
  dragged = null;
  for (const column of document.querySelectorAll('.queue-column.over')) column.classList.remove('over');
}

const later = () => { if (form()) timer ??= setTimeout(refresh, PAUSE); };
document.addEventListener('hint', ({ detail }) => { if (detail.kind !== 'presence') later(); });
for (const name of ['reset', 'behind']) document.addEventListener(name, later);
document.addEventListener('change', event => { if (stale && event.target.closest('.queue-card')) later(); });
