/* Macros on a ticket: the full stop opens a list, the likely ones first; what is marked is rehearsed beside it, Enter does it. */
import { handle } from './actions.js';
import { formOf, turn } from './composer.js';
import { fragment, post } from './http.js';
import { insert } from './insert.js';
import { plain, say, show } from './toasts.js';
import { make, word } from './words.js';

const PAUSE = 120;
let box;
let pause; // before the words are searched for
let timer; // before what is marked is rehearsed
let asked = 0; // the newest list that was asked for
let looked = 0; // the newest rehearsal
let busy = false;

const number = () => document.querySelector('[data-ticket]')?.dataset.ticket;
const parts = html => new DOMParser().parseFromString(html, 'text/html').body.childNodes;
const entry = () => box.querySelector('[role=combobox]');
const list = () => box.querySelector('#macro-list');
const preview = () => box.querySelector('#macro-preview');
const options = () => [...list().querySelectorAll('[role=option]')];
const marked = () => options().findIndex(option => option.getAttribute('aria-selected') === 'true');

async function open() {
  if (box?.isConnected) return;
  box = make('dialog', { class: 'dialog macro-picker', 'aria-labelledby': 'macro-h' });
  const mine = box;
  const html = await fragment(`/tickets/${number()}/macros`);
  if (html === null || mine !== box) { box = undefined; return say(word('failed'), { late: true }); }
  box.append(...parts(html));
  document.body.append(box);
  box.addEventListener('close', () => { clearTimeout(pause); clearTimeout(timer); mine.remove(); if (box === mine) box = undefined; });
  box.addEventListener('click', press);
  box.addEventListener('keydown', key);
  box.addEventListener('submit', event => { event.preventDefault(); apply(); });
  entry().addEventListener('input', typing);
  box.showModal();
  entry().focus();
  mark(0);
}

/** What is shown belongs to the words before: Enter must not do it. */
function typing() {
  clearTimeout(pause);
  clearTimeout(timer);
  asked += 1;
  looked += 1;
  preview().replaceChildren();
  pause = setTimeout(search, PAUSE);
}

/** One request for what was typed last. */
async function search() {
  if (!box) return;
  const mine = ++asked;
  const html = await fragment(`${list().dataset.from}?q=${encodeURIComponent(entry().value)}`);
  if (html === null || mine !== asked || !box) return;
  list().replaceChildren(...parts(html));
  mark(0);
}

function mark(at) {
  const all = options();
  all.forEach((option, index) => option.setAttribute('aria-selected', index === at));
  preview().replaceChildren();
  if (!all[at]) return entry().removeAttribute('aria-activedescendant');
  entry().setAttribute('aria-activedescendant', all[at].id);
  all[at].scrollIntoView({ block: 'nearest' });
  clearTimeout(timer);
  timer = setTimeout(rehearse, PAUSE, all[at]);
}

/** What the marked one would change; a later mark wins. */
async function rehearse(option) {
  if (!box) return;
  const mine = ++looked;
  const html = await fragment(`${list().dataset.from}/${option.dataset.macro}`);
  if (html === null || mine !== looked || !box || options()[marked()] !== option) return;
  preview().replaceChildren(...parts(html));
}

/** Does what is shown, once. What is not shown yet is waited for. */
async function apply() {
  const form = box?.querySelector('[data-macro-apply]');
  if (!form || busy) return;
  busy = true;
  try {
    const answer = await post(form.action, new FormData(form));
    if (!answer.ok || answer.redirected) return refuse(form, await answer.text());
    done(await answer.json());
  } catch {
    say(word('failed'), { late: true });
  } finally {
    busy = false;
  }
}

const refuse = (form, html) => form.before(make('p', { class: 'problem', role: 'alert' }, plain(html) || word('failed')));

function done({ toast, texts }) {
  box.close();
  show(toast);
  for (const text of texts) {
    turn('reply');
    const area = formOf('reply').elements.body;
    insert(area, area.value.trim() ? `\n\n${text}` : text);
    document.dispatchEvent(new CustomEvent('inserted', { detail: { area, text } }));
  }
  document.dispatchEvent(new CustomEvent('ticket-changed'));
}

function key(event) {
  if (event.isComposing || event.target !== entry()) return;
  const last = options().length - 1;
  const to = { ArrowDown: marked() === last ? 0 : marked() + 1, ArrowUp: marked() <= 0 ? last : marked() - 1 }[event.key];
  if (event.key === 'Enter') apply();
  else if (to !== undefined) mark(to);
  else return;
  event.preventDefault();
}

function press(event) {
  if (event.target === box || event.target.closest('[data-macro-close]')) return box.close();
  const option = event.target.closest('[role=option]');
  if (option) { mark(options().indexOf(option)); entry().focus(); }
}

handle('macros', () => { if (!number()) return false; open(); });

document.addEventListener('click', event => {
  const link = event.target.closest('a[data-action=macros]');
  if (!link || event.button || event.metaKey || event.ctrlKey || event.shiftKey) return;
  event.preventDefault();
  open();
});
