/* Drafts: saved on the server as one types, and kept in this window until they are. */
import { handle } from './actions.js';
import { current } from './composer.js';
import { post } from './http.js';
import { clock } from './time.js';
import { word } from './words.js';

const PAUSE = 600;
const timers = new WeakMap();
const place = form => `draft:${form.dataset.number}:${form.dataset.composerForm}`;

document.addEventListener('input', event => {
  const form = event.target.closest('[data-composer-form]');
  if (!form || event.target.type === 'file') return;
  sessionStorage.setItem(place(form), form.elements.body.value);
  clearTimeout(timers.get(form));
  timers.set(form, setTimeout(save, PAUSE, form));
});

/** Saves now; the state is told in words, never by moving anything. */
export async function save(form) {
  clearTimeout(timers.get(form));
  if (form.dataset.busy) return;
  const body = new FormData();
  for (const name of ['body', 'to', 'cc', 'seen_event_id', 'idempotency_key']) if (form.elements[name]) body.set(name, form.elements[name].value);
  body.set('kind', form.dataset.composerForm);
  try {
    const answer = await post(form.dataset.draft, body);
    if (!answer.ok || answer.redirected) throw new Error(answer.statusText);
    if (sessionStorage.getItem(place(form)) === body.get('body')) sessionStorage.removeItem(place(form));
    say(form, body.get('body') ? word('draft_saved', { time: clock(new Date()) }) : '');
  } catch {
    say(form, word('draft_kept'));
  }
}

/** Lets a draft go, on the server and here; its text leaves the page once it is gone there. */
export async function discard(form) {
  forget(form);
  const body = new FormData();
  body.set('kind', form.dataset.composerForm);
  body.set('discard', '1');
  await post(form.dataset.draft, body).catch(() => {});
  form.elements.body.value = '';
  form.querySelector('[data-files]')?.replaceChildren();
}

/** Forgets what is kept of a form whose text has left. */
export function forget(form) {
  clearTimeout(timers.get(form));
  sessionStorage.removeItem(place(form));
  say(form, '');
}

function say(form, text) {
  const state = form.closest('.composer')?.querySelector('[data-draft-state]');
  if (state) state.textContent = text;
}

function restore() {
  for (const form of document.querySelectorAll('[data-composer-form]')) {
    const kept = sessionStorage.getItem(place(form));
    if (kept && kept !== form.elements.body.value) { form.elements.body.value = kept; save(form); }
  }
}

handle('save', () => { const form = current(); if (!form) return false; save(form); });
document.addEventListener('ticket-open', restore);
restore();
