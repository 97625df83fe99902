/* Toasts: they stay ten seconds, longer under the pointer; Z presses the newest undo. */
import { make } from './words.js';
import { handle } from './actions.js';

const STAY = 10_000;
const place = document.getElementById('toasts');

if (place) {
  place.querySelectorAll('[data-toast]').forEach(expire);
  new MutationObserver(changes => {
    for (const { addedNodes } of changes) for (const node of addedNodes) if (node.matches?.('[data-toast]')) expire(node);
  }).observe(place, { childList: true });
}

function expire(toast) {
  setTimeout(() => (toast.matches(':hover, :focus-within') ? expire(toast) : toast.remove()), STAY);
}

/** Says something; `undo` is {text, run} of an undo that needs no server. */
export function say(text, { late = false, undo } = {}) {
  const toast = make('div', { class: `toast${late ? ' toast-late' : ''}`, 'data-toast': '' });
  if (undo) toast.append(make('span', { class: 'ring', 'aria-hidden': 'true' }));
  toast.append(make('span', {}, text));
  if (undo) toast.append(undoButton(toast, undo));
  place?.append(toast);
}

/** Puts the toasts of a fragment into their place; answers whether there were any. */
export function show(html) {
  const toasts = parse(html).querySelectorAll('[data-toast]');
  place?.append(...toasts);
  return toasts.length > 0;
}

/** The words of a fragment. */
export const plain = html => parse(html).body.textContent.trim();

const parse = html => new DOMParser().parseFromString(html ?? '', 'text/html');

function undoButton(toast, { text, run }) {
  const button = make('button', { class: 'btn', type: 'button', 'data-undo': '' }, make('span', {}, text), make('kbd', {}, 'Z'));
  button.onclick = () => { toast.remove(); run(); };
  return button;
}

place?.addEventListener('submit', event => setTimeout(() => event.target.closest('[data-toast]')?.remove()));

handle('undo', () => {
  const newest = [...place.querySelectorAll('[data-undo]')].pop();
  if (!newest) return false;
  if (newest.localName === 'form') newest.requestSubmit();
  else newest.click();
});
