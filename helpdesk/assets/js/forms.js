/* Forms of settings: the hand goes on where a button made a line, or where something was refused; what is unsaved is asked about before it is left. */
const FORMS = '.page-in form[method=post]';
const CONTROLS = 'select, summary, textarea, input:not([type=hidden])';
const page = document.querySelector('.page-in');
let unsaved = null;

/** Where the hand goes on: `data-focus` is "last PLACE" for the newest line there, "at PLACE" for the line that stands there now; else to the button that adds. */
export function goOn(root) {
  const [how, place] = (root.dataset.focus ?? '').split(' ');
  if (!place) return;
  const lines = [...root.querySelectorAll('[data-place]')].filter(line => line.dataset.place.replace(/\.\d+$/, '') === place);
  const events = [...root.querySelectorAll('select[id^="on."]')];
  const parent = place.replace(/\.\d+$/, '');
  const line = how === 'last' ? (place === 'on' ? events.at(-1) : lines.at(-1)) : root.querySelector(`[data-place="${place}"]`);
  const next = line?.matches('select') ? line : line?.querySelector(CONTROLS);
  (next ?? document.getElementById(`add-${parent}`) ?? document.getElementById(`add-${place}`))?.focus();
}

/** The first field that was refused; where a whole line was, its first field. */
function refused() {
  const problem = page.querySelector('.problem');
  return page.querySelector('[aria-invalid="true"]') ?? problem?.closest('[data-place], .field, .clause')?.querySelector(CONTROLS);
}

/** The form that came back as it was typed: nothing of it is saved. */
function returned(field) {
  const forms = [...page.querySelectorAll(FORMS)];
  return field?.form ?? forms.find(form => new URL(form.action).pathname === location.pathname);
}

if (page?.closest('[data-posted]')) {
  const field = refused();
  unsaved = returned(field) ?? null;
  for (let around = field?.closest('details:not(.picker)'); around; around = around.parentElement.closest('details')) around.open = true;
  if (document.activeElement === document.body) field?.focus();
  if (unsaved?.dataset.focus) goOn(unsaved);
}

const change = ({ target }) => { if (target.form?.matches(FORMS)) unsaved = target.form; };
document.addEventListener('input', change);
document.addEventListener('change', change);
document.addEventListener('click', event => {
  const button = event.target.closest?.('button[name=step]');
  if (button?.form?.matches(FORMS)) unsaved = button.form;
});
document.addEventListener('submit', event => { if (event.target.matches(FORMS)) unsaved = null; });
addEventListener('beforeunload', event => { if (unsaved?.isConnected) event.preventDefault(); });
