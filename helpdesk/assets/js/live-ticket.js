/* The open ticket: a hint about it fetches its fragment at once and morphs it in; focus, scroll and draft stay. */
import htmx from './htmx.js';
import { fragment } from './http.js';
import { data } from './words.js';
import { grow } from './scroll.js';
import { refreshTimes } from './time.js';

const ticket = () => document.querySelector('[data-ticket]');
const me = data('agents')?.me;
let busy = false;
let again = false;
const heard = new Map(); // ticket -> its newest event: one that came while the ticket was on its way here is not lost

document.addEventListener('hint', ({ detail: hint }) => {
  if (hint.event) heard.set(String(hint.ticket), hint.event);
  if (hint.kind !== 'presence' && String(hint.ticket) === ticket()?.dataset.ticket) refreshTicket();
});
document.addEventListener('reset', () => ticket() && setTimeout(refreshTicket, Math.random() * 1000));
document.addEventListener('behind', () => refreshTicket());
document.addEventListener('ticket-changed', () => refreshTicket());
document.addEventListener('ticket-open', () => {
  if (heard.get(ticket()?.dataset.ticket) > Number(document.getElementById('thread')?.dataset.lastEvent)) refreshTicket();
});

/** Fetches the thread (with the head, out of band) and morphs it in; requests never overlap. */
export async function refreshTicket() {
  const pane = ticket();
  if (!pane) return;
  if (busy) { again = true; return; }
  busy = true;
  try {
    const text = await fragment(pane.dataset.thread);
    if (text !== null && pane.isConnected && ticket() === pane) await morph(pane, text);
  } finally {
    busy = false;
    if (again) { again = false; refreshTicket(); }
  }
}

async function morph(pane, text) {
  const thread = pane.querySelector('#thread');
  await grow(thread, () => htmx.swap({ text, target: thread, swap: 'outerMorph', sourceElement: thread }));
  seen(pane);
  refreshTimes(pane);
  document.dispatchEvent(new CustomEvent('rows'));
}

/** What one has seen moves on only while nothing is being written: a draft keeps the moment it was begun. One's own doings never count as news. */
export function seen(pane) {
  const last = pane.querySelector('#thread')?.dataset.lastEvent;
  if (!last) return;
  for (const form of pane.querySelectorAll('[data-composer-form]')) {
    const field = form.elements.seen_event_id;
    if (!form.dataset.busy && (!form.elements.body.value.trim() || onlyMine(pane, Number(field.value)))) field.value = last;
  }
}

function onlyMine(pane, seenEvent) {
  const news = [...pane.querySelectorAll('#thread [data-event]')].filter(entry => Number(entry.dataset.event) > seenEvent);
  return news.length > 0 && news.every(entry => entry.dataset.by === String(me));
}
