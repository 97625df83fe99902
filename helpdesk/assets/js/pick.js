/* Choosing tickets of the list: by ticks and keys; the bar over the list's head changes all of them at once. */
import { act, handle } from './actions.js';
import { fragment, post } from './http.js';
import { plain, say, show } from './toasts.js';
import { make, word, written } from './words.js';

const MOST = 100; // as many as the server changes at once
const bar = () => document.querySelector('[data-picked]');
const rows = () => [...document.querySelectorAll('[data-list] [data-row]:not([hidden])')];
const tick = row => row.querySelector('.pick');
const picked = () => rows().filter(row => tick(row).checked);
let last = null; // where a range begins
let busy = false;

/** What the bar says, and its menus, which are fetched when they are first needed. */
async function tell() {
  const count = picked().length;
  bar().querySelector('.picked-count').replaceChildren(...(count ? [make('b', { 'aria-hidden': 'true' }, written(count)), make('span', {}, word('picked', { num: count }))] : []));
  const place = bar().querySelector('[data-picked-menus]');
  if (!count || place.childElementCount || place.dataset.asked) return;
  place.dataset.asked = 'yes';
  const html = await fragment('/tickets/selection');
  delete place.dataset.asked;
  if (html === null) return say(word('failed'), { late: true });
  place.replaceChildren(...new DOMParser().parseFromString(html, 'text/html').body.childNodes);
}

function set(row, on) {
  tick(row).checked = on && (tick(row).checked || picked().length < MOST);
  last = row;
}

/** Takes every tick away; answers whether there was one. */
export function pickNone() {
  const those = bar() ? picked() : [];
  for (const row of those) tick(row).checked = false;
  document.querySelector('.pick-mode')?.setAttribute('aria-pressed', 'false');
  if (those.length) tell();
  if (those.length && bar().contains(document.activeElement)) those[0].querySelector('.item').focus();
  return those.length > 0;
}

document.addEventListener('click', event => {
  const row = event.target.matches?.('[data-list] .pick') ? event.target.closest('[data-row]') : null;
  if (!row) return;
  const all = rows();
  const [from, to] = [all.indexOf(last), all.indexOf(row)];
  if (event.shiftKey && from >= 0) for (const one of all.slice(Math.min(from, to), Math.max(from, to) + 1)) set(one, event.target.checked);
  last = row;
  tell();
});

const here = () => document.activeElement?.closest('[data-row]') ?? document.querySelector('[data-list] .item[aria-current]')?.closest('[data-row]');

handle('pick', () => {
  const row = here() ?? rows()[0];
  if (!row) return false;
  set(row, !tick(row).checked);
  if (!document.activeElement?.closest('[data-row]')) row.querySelector('.item').focus();
  tell();
});

function extend(step) {
  const all = rows();
  const row = here() ?? all[0];
  if (!row) return false;
  set(row, true);
  const next = all[all.indexOf(row) + step];
  if (next) { set(next, true); next.querySelector('.item').focus(); }
  tell();
}

handle('pick-next', () => extend(1));
handle('pick-previous', () => extend(-1));
handle('pick-none', pickNone);
handle('pick-all', () => {
  const at = document.activeElement;
  const inList = at === document.body ? !document.querySelector('[data-ticket]') : at.closest('[data-list], [data-picked]');
  if (!bar() || !inList) return false; // elsewhere it marks text
  for (const row of rows()) set(row, true);
  tell();
});
handle('pick-mode', () => {
  const button = document.querySelector('.pick-mode');
  const on = button?.getAttribute('aria-pressed') !== 'true';
  if (!on) pickNone();
  button?.setAttribute('aria-pressed', String(on));
});
handle('picked-solve', () => {
  const button = bar()?.querySelector('[data-action="picked-solve"]');
  if (!button) return false;
  button.form.requestSubmit(button);
});
document.addEventListener('click', event => {
  const name = event.target.closest('[data-action="pick-mode"], [data-action="pick-none"]')?.dataset.action;
  if (name) act(name);
});

document.addEventListener('submit', event => {
  const { target: form, submitter } = event;
  if (form.matches('.picked [data-selection]')) change(event, form, submitter);
  else if (form.getAttribute('action')?.startsWith('/tickets/selection/undo')) back(event, form);
});

function change(event, form, submitter) {
  event.preventDefault();
  const body = new FormData(form, submitter);
  const those = picked();
  for (const row of those) body.append('number', row.dataset.row);
  const next = those.at(-1)?.nextElementSibling?.querySelector('.item') ?? those[0]?.querySelector('.item');
  send(form.action, body, () => { pickNone(); form.reset(); next?.focus(); });
}

function back(event, form) {
  event.preventDefault();
  if (busy) return;
  form.closest('[data-toast]')?.remove();
  send(form.getAttribute('action'), new FormData(), () => {});
}

/** One request at a time; what it answers is said, whatever it is. */
async function send(url, body, done) {
  if (busy) return;
  busy = true;
  try {
    const answer = await post(url, body);
    const html = await answer.text();
    if (answer.ok && !answer.redirected) { show(html); done(); } else say(plain(html) || word('failed'), { late: true });
  } catch {
    say(word('failed'), { late: true });
  } finally {
    busy = false;
  }
  document.dispatchEvent(new CustomEvent('ticket-changed'));
}
