/* The builder of rules: while one edits, the form goes to the server and comes back with what is wrong in its place and how many tickets match.
   What has the focus is never touched. */
import { goOn } from './forms.js';
import htmx from './htmx.js';
import { post } from './http.js';
import { say } from './toasts.js';
import { word } from './words.js';

const PAUSE = 500;
let timer = 0;
let asked = 0;

const form = () => document.querySelector('[data-rule-form]');
const builder = () => document.getElementById('builder');
const within = event => builder()?.contains(event.target) ? form() : null;

/** Posts the form as it stands, with a button's step or without; later answers win. */
async function render(step = '') {
  const from = form();
  if (!from) return;
  clearTimeout(timer);
  const body = new FormData(from);
  if (step) body.set('step', step);
  const mine = ++asked;
  let answer;
  try {
    answer = await post(from.dataset.draft, body);
  } catch {
    return step ? say(word('failed'), { late: true }) : undefined;
  }
  if (mine !== asked || !answer.ok) return;
  const text = await answer.text();
  if (mine !== asked || !builder()) return;
  if (step) document.activeElement?.blur();
  await htmx.swap({ text, target: builder(), swap: 'outerMorph', sourceElement: builder() });
  settle();
  if (step) goOn(builder());
}

/** What a morph leaves as it was: boxes that were checked by hand, and fields whose place is another line's now. */
function settle() {
  for (const box of builder().querySelectorAll('input[type=checkbox]')) if (!holdsFocus(box)) box.checked = box.defaultChecked;
  for (const field of builder().querySelectorAll('input[type=text], input[type=hidden], textarea')) if (!holdsFocus(field)) field.value = field.defaultValue;
  for (const list of builder().querySelectorAll('select')) {
    const chosen = [...list.options].findIndex(option => option.defaultSelected);
    if (!holdsFocus(list) && chosen >= 0) list.selectedIndex = chosen;
  }
}

const holdsFocus = field => field === document.activeElement || field.closest('details[open]')?.contains(document.activeElement);

document.addEventListener('input', event => {
  if (!within(event) || event.isComposing || event.target.matches('select, [type=checkbox]')) return;
  clearTimeout(timer);
  timer = setTimeout(render, PAUSE);
});
document.addEventListener('compositionend', event => { if (within(event)) { clearTimeout(timer); timer = setTimeout(render, PAUSE); } });
document.addEventListener('change', event => { if (within(event)) render(); });

// A menu of boxes says what was chosen as soon as it is left.
document.addEventListener('toggle', event => { if (within(event) && !event.target.open) setTimeout(render); }, true);
document.addEventListener('focusout', event => {
  const menu = within(event) && event.target.closest('details');
  if (menu && !menu.contains(event.relatedTarget)) setTimeout(render);
});

document.addEventListener('click', event => {
  const button = event.target.closest('#builder button[name=step]');
  if (!button) return;
  event.preventDefault();
  render(button.value);
});

/** Simulates what stands in the form, and shows how far it is beside it; a refusal comes as the page with what is wrong. */
async function simulate(button) {
  const box = document.getElementById('simulation');
  let answer;
  try {
    answer = await post(button.formAction, new FormData(form(), button));
  } catch {
    return say(word('failed'), { late: true });
  }
  if (!answer.ok) return form().requestSubmit(button);
  await htmx.swap({ text: await answer.text(), target: box, swap: 'outerHTML', sourceElement: box });
}

document.addEventListener('click', event => {
  const button = event.target.closest('[data-rule] button[name=days]');
  if (!button) return;
  event.preventDefault();
  simulate(button);
});
