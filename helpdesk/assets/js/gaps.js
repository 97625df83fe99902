/* Placeholders that are still open in an answer: told below the text, one press selects them. The server sends none of them either. */
import { make } from './words.js';

const BRACES = /\{\{[\s\u061c\u200b\u200e\u200f]*(\w{1,40})[\s\u061c\u200b\u200e\u200f]*\}\}/g;

function look(area) {
  const place = area.form?.querySelector('[data-gaps]');
  if (!place) return;
  const labels = JSON.parse(place.dataset.gaps);
  const open = [...area.value.matchAll(BRACES)].filter(found => labels[found[1]]);
  place.hidden = !open.length;
  const names = open.map(found => found[1]).join();
  if (place.dataset.shown === names) return;
  place.dataset.shown = names;
  place.querySelector('[data-gap-list]').replaceChildren(...[...new Set(names.split(',').filter(Boolean))].map(name => {
    const button = make('button', { type: 'button', class: 'chip warn' }, labels[name]);
    button.onclick = () => select(area, name);
    return button;
  }));
}

/** Selects the first open one, of that name if one is given, from a place on. */
function select(area, name, from = 0) {
  const labels = JSON.parse(area.form.querySelector('[data-gaps]').dataset.gaps);
  const found = [...area.value.matchAll(BRACES)].find(one => one.index >= from && (name ? one[1] === name : labels[one[1]]));
  if (!found) return;
  area.focus();
  area.setSelectionRange(found.index, found.index + found[0].length);
}

document.addEventListener('input', event => { if (event.target.matches('[data-composer-form=reply] textarea')) look(event.target); });
document.addEventListener('inserted', ({ detail: { area, text } }) => select(area, '', area.selectionStart - text.length));
const begin = () => document.querySelectorAll('[data-composer-form=reply] textarea').forEach(look);
document.addEventListener('ticket-open', begin);
document.addEventListener('sent', begin);
begin();
