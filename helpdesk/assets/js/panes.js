/* Panes: dividers that drag and are remembered, F6, the customer's sheet, and the tabs of a ticket on a phone. */
import { handle } from './actions.js';

const root = document.documentElement;
const LIMITS = { list: [256, 560], contact: [220, 420] };
const rem = () => parseFloat(getComputedStyle(root).fontSize);

for (const name of Object.keys(LIMITS)) {
  const kept = Number(localStorage.getItem(`pane-${name}`));
  if (kept) resize(name, kept);
}

function resize(name, pixels) {
  const [least, most] = LIMITS[name];
  const width = Math.min(most, Math.max(least, Math.round(pixels)));
  root.style.setProperty(`--${name}-pane`, `${width / rem()}rem`);
  localStorage.setItem(`pane-${name}`, width);
  for (const divider of document.querySelectorAll(`[data-divider="${name}"]`)) divider.setAttribute('aria-valuenow', width);
}

/** Whether the divider stands at its pane's inline end (list) or start (contact), seen from the left. */
const grows = divider => (divider.dataset.divider === 'list') === (root.dir !== 'rtl') ? 1 : -1;
const widthOf = divider => divider.parentElement.getBoundingClientRect().width;

document.addEventListener('pointerdown', event => {
  const divider = event.target.closest?.('[data-divider]');
  if (!divider) return;
  event.preventDefault();
  const [from, width] = [event.clientX, widthOf(divider)];
  const move = ({ clientX }) => resize(divider.dataset.divider, width + (clientX - from) * grows(divider));
  divider.setPointerCapture(event.pointerId);
  divider.addEventListener('pointermove', move);
  divider.addEventListener('pointerup', () => divider.removeEventListener('pointermove', move), { once: true });
});

document.addEventListener('keydown', event => {
  const divider = event.target.closest?.('[data-divider]');
  const step = { ArrowRight: 16, ArrowLeft: -16 }[event.key];
  if (divider && step) { event.preventDefault(); resize(divider.dataset.divider, widthOf(divider) + step * grows(divider)); }
});

handle('pane', event => {
  const panes = [...document.querySelectorAll('[data-pane]')].filter(pane => pane.checkVisibility());
  const here = panes.findIndex(pane => pane.contains(document.activeElement));
  const next = panes[(here + (event?.shiftKey ? -1 : 1) + panes.length) % panes.length];
  const goals = [...next?.querySelectorAll('[aria-current]') ?? [], ...next?.querySelectorAll('textarea, a[href], button, summary') ?? []];
  (goals.find(goal => goal.checkVisibility({ visibilityProperty: true })) ?? next)?.focus();
});

handle('contact', () => toggleSide());
document.addEventListener('click', event => {
  if (event.target.closest('[data-side]')) toggleSide();
  const tab = event.target.closest('[data-tab-to]');
  if (tab) showTab(tab);
});

function toggleSide() {
  const side = document.getElementById('contact');
  if (!side) return false;
  if (side.classList.toggle('is-open')) side.querySelector('a[href], button')?.focus();
}

function showTab(tab) {
  tab.closest('[data-place]').dataset.tab = tab.dataset.tabTo;
  for (const other of tab.parentElement.children) other.setAttribute('aria-selected', other === tab);
}
