/* The composer's two sides: a reply, and a note that never leaves the house. */
import { handle } from './actions.js';
import { seen } from './live-ticket.js';

const composer = () => document.querySelector('.composer');

/** Turns the composer to "reply" or "note" and puts the cursor there. */
export function turn(kind, focus = true) {
  const box = composer();
  if (!box) return false;
  box.dataset.kind = kind;
  for (const tab of box.querySelectorAll('[data-turn]')) tab.setAttribute('aria-selected', tab.dataset.turn === kind);
  if (focus) formOf(kind)?.elements.body.focus();
}

export const formOf = kind => composer()?.querySelector(`[data-composer-form="${kind}"]`);
export const current = () => formOf(composer()?.dataset.kind === 'note' ? 'note' : 'reply');

document.addEventListener('click', event => {
  const tab = event.target.closest('[data-turn]');
  if (tab) turn(tab.dataset.turn);
});

handle('reply', () => turn('reply'));
handle('note', () => turn('note'));
handle('note-or-reply', () => turn(composer()?.dataset.kind === 'note' ? 'reply' : 'note'));
handle('attach', () => current()?.querySelector('input[type=file]')?.click());
handle('direction', () => {
  const body = current()?.elements.body;
  if (!body) return false;
  body.dir = getComputedStyle(body).direction === 'rtl' ? 'ltr' : 'rtl';
});
handle('send', () => press('send'));
handle('send-solve', () => press('send-solve'));
handle('send-next', () => press('send-next'));

function press(name) {
  const form = current();
  const button = form?.querySelector(`[data-send="${name}"]`) ?? form?.querySelector('[data-send="send"]');
  if (!button) return false;
  form.requestSubmit(button);
}

// The quoted text and the walk from message to message
const messages = () => [...document.querySelectorAll('#thread .msg')];
function walk(step) {
  const all = messages();
  const here = all.indexOf(document.activeElement?.closest('.msg'));
  const next = all[here < 0 ? (step < 0 ? all.length - 1 : 0) : here + step];
  if (!next) return false;
  next.tabIndex = -1;
  next.focus();
  next.scrollIntoView({ block: 'nearest' });
}
handle('message-up', () => walk(-1));
handle('message-down', () => walk(1));
handle('quoted', () => {
  const parts = document.querySelectorAll('#thread details.quoted-part');
  const open = ![...parts].some(part => part.open);
  for (const part of parts) part.open = open;
});

const begin = () => { const box = composer(); if (box) seen(box.closest('[data-ticket]')); };
document.addEventListener('ticket-open', begin);
begin();
