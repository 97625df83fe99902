/* To and Cc as chips: input[data-recipients] keeps the addresses, joined by commas, whatever is shown. */
import { icon, make, word } from './words.js';

const split = text => text.split(/[,;،؛\s]+/).filter(Boolean);

function upgrade(input) {
  if (input.dataset.ready) return;
  input.dataset.ready = 'yes';
  const entry = make('input', { type: 'text', id: input.id, inputmode: 'email', autocomplete: 'off', dir: 'ltr' });
  input.removeAttribute('id');
  input.type = 'hidden';
  input.after(entry);
  let people = split(input.value);

  const keep = () => {
    input.value = people.join(', ');
    input.dispatchEvent(new Event('input', { bubbles: true }));
    draw();
  };
  const draw = () => {
    for (const chip of [...input.parentElement.querySelectorAll('[data-person]')]) chip.remove();
    entry.before(...people.map(chip));
  };
  const chip = person => {
    const remove = make('button', { type: 'button', 'aria-label': word('remove', { name: person }) }, icon('x'));
    remove.onclick = () => { people = people.filter(other => other !== person); keep(); entry.focus(); };
    return make('span', { class: `chip${/^[^@\s]+@[^@\s]+$/.test(person) ? '' : ' missing field-chip'}`, 'data-person': '' }, make('bdi', { dir: 'ltr' }, person), remove);
  };
  const take = () => {
    const more = split(entry.value);
    if (!more.length) return;
    entry.value = '';
    people = [...new Set([...people, ...more])];
    keep();
  };
  entry.addEventListener('keydown', event => {
    if ([',', ';', '،', ' '].includes(event.key) || (event.key === 'Enter' && !event.ctrlKey && !event.altKey && !event.metaKey)) { event.preventDefault(); take(); }
    if (event.key === 'Backspace' && !entry.value && people.length) { people.pop(); keep(); }
  });
  entry.addEventListener('blur', take);
  entry.addEventListener('paste', () => setTimeout(take));
  entry.form?.addEventListener('submit', take, true);
  draw();
}

const begin = () => document.querySelectorAll('input[data-recipients]').forEach(upgrade);
document.addEventListener('ticket-open', begin);
begin();

// who was also addressed joins the line with one click
document.addEventListener('click', event => {
  const button = event.target.closest('[data-add]');
  if (!button) return;
  const line = document.getElementById(button.dataset.line);
  line.hidden = false;
  document.querySelector(`[data-show="${button.dataset.line}"]`)?.setAttribute('hidden', '');
  const entry = document.getElementById(button.dataset.addTo);
  entry.value = button.dataset.add;
  entry.dispatchEvent(new Event('blur'));
  button.parentElement.remove();
  entry.focus();
});

// Cc stays away until it is wanted
document.addEventListener('click', event => {
  const button = event.target.closest('[data-show]');
  if (!button) return;
  const part = document.getElementById(button.dataset.show);
  part.hidden = false;
  button.hidden = true;
  part.querySelector('input:not([type=hidden])')?.focus();
});
