/* Canned replies in the composer: a slash at the start of a word, or the button, opens a list; what is chosen comes in at the caret. */
import { handle } from './actions.js';
import { formOf } from './composer.js';
import { fragment, post } from './http.js';
import { insert } from './insert.js';
import { make, word } from './words.js';

const PAUSE = 60;
const pop = () => document.querySelector('[data-canned-pop]');
const entry = () => pop().querySelector('[role=combobox]');
const list = () => pop().querySelector('[role=listbox]');
const url = () => `/tickets/${pop().dataset.cannedPop}/canned`;
const options = () => [...list().querySelectorAll('[role=option]')];
let typed = '';
let asked = 0;
let timer;
let waiting = null;

/** Opens the list; `slash` is what was typed to get here, and what stays in the text if nothing is chosen. */
function open(slash = '') {
  const box = pop();
  if (!box || box.closest('.composer').dataset.kind === 'note') return false;
  typed = slash;
  entry().value = '';
  refuse();
  box.hidden = false;
  entry().focus();
  ask();
}

function close(rest = '', focus = true) {
  const box = pop();
  if (!box || box.hidden) return;
  asked += 1;
  timer = clearTimeout(timer);
  waiting = null;
  box.hidden = true;
  const area = formOf('reply')?.elements.body;
  if (rest) insert(area, rest);
  if (focus) area?.focus();
}

/** One request for what was typed last; what stood there stays until the answer is here. */
function ask() {
  timer = clearTimeout(timer);
  waiting = bring(asked += 1);
}

/** True: the list is the answer to what stands in the entry. */
async function bring(mine) {
  const found = await fragment(`${url()}?q=${encodeURIComponent(entry().value)}`);
  if (mine !== asked) return false;
  waiting = null;
  if (found === null) {
    mark(-1); // what stands there belongs to other words: Enter takes nothing of it
    refuse(word('failed'));
    return false;
  }
  list().replaceChildren(...new DOMParser().parseFromString(found, 'text/html').body.children);
  pop().querySelector('[data-none]').hidden = options().length > 0;
  mark(0);
  return true;
}

function mark(at) {
  const all = options();
  all.forEach((option, index) => option.setAttribute('aria-selected', index === at));
  if (!all[at]) return entry().removeAttribute('aria-activedescendant');
  entry().setAttribute('aria-activedescendant', all[at].id);
  all[at].scrollIntoView({ block: 'nearest' });
}

const chosen = () => options().findIndex(option => option.getAttribute('aria-selected') === 'true');

/** Enter and the arrows mean the list of what was typed: they wait for it, so that quick fingers never take the first one of another list. */
async function go(key) {
  if (timer) ask();
  if (waiting && !await waiting) return;
  const last = options().length - 1;
  if (key === 'Enter') take(options()[chosen()]);
  else if (key === 'ArrowDown') mark(chosen() === last ? 0 : chosen() + 1);
  else mark(chosen() <= 0 ? last : chosen() - 1);
}

/** The text in the customer's language, or in the one that is asked for instead. */
async function take(option, language) {
  if (!option || pop().ariaBusy === 'true') return;
  pop().ariaBusy = 'true';
  const body = new FormData();
  if (language) body.set('language', language);
  const answer = await post(`${url()}/${option.dataset.canned}/use`, body).catch(() => null);
  const told = await answer?.json().catch(() => null);
  pop().ariaBusy = 'false';
  if (!answer?.ok || told?.text === undefined) return refuse(told?.error ?? word('failed'), option, told?.languages);
  typed = '';
  close();
  insert(formOf('reply').elements.body, told.text);
  document.dispatchEvent(new CustomEvent('inserted', { detail: { area: formOf('reply').elements.body, text: told.text } }));
}

/** Says why nothing was inserted, with a button for each language that there is; nothing takes the refusal away. */
function refuse(sentence = '', option, languages = []) {
  const place = pop().querySelector('[data-refused]');
  place.hidden = !sentence;
  place.replaceChildren(make('p', { role: 'alert' }, sentence), ...languages.map(([code, name]) => {
    const button = make('button', { type: 'button', class: 'btn' }, word('insert_in', { name }));
    button.onclick = () => take(option, code);
    return button;
  }));
}

document.addEventListener('beforeinput', event => {
  const area = event.target;
  if (event.data !== '/' || event.inputType !== 'insertText' || !area.matches?.('[data-composer-form=reply] textarea')) return;
  if (insert.busy || /\S$/.test(area.value.slice(0, area.selectionStart))) return;
  if (event.cancelable && open('/') !== false) event.preventDefault();
});

document.addEventListener('input', event => {
  if (!event.target.closest?.('[data-canned-pop]')) return;
  refuse();
  asked += 1;
  clearTimeout(timer);
  timer = setTimeout(ask, PAUSE);
});

document.addEventListener('keydown', event => {
  if (!event.target.closest?.('[data-canned-pop]')) return;
  event.stopImmediatePropagation(); // the keys of the composer are not meant
  if (event.isComposing || event.target !== entry() && event.key !== 'Escape') return;
  const bare = typed && !entry().value;
  if (event.key === 'Escape') close(typed + (typed && entry().value));
  else if (['Enter', 'ArrowDown', 'ArrowUp'].includes(event.key)) go(event.key);
  else if (bare && [' ', '/'].includes(event.key)) close(typed + event.key);
  else if (event.key === 'Backspace' && !entry().value) close();
  else return;
  event.preventDefault();
}, true);

document.addEventListener('pointermove', event => {
  const option = event.target.closest?.('[data-canned-pop] [role=option]');
  if (option && option.getAttribute('aria-selected') !== 'true') mark(options().indexOf(option));
});

document.addEventListener('click', event => {
  const option = event.target.closest('[data-canned-pop] [role=option]');
  if (option) return take(option);
  const button = event.target.closest('[data-action=canned]');
  if (button && pop()?.hidden) open();
  else if (!event.target.closest('[data-canned-pop]')) close(typed + (typed && entry()?.value), Boolean(button));
});

handle('canned', () => open());
