/* Rules, and saved views, are dragged into another order; the buttons up and down do the same without a mouse. */
import { post } from './http.js';
import { say } from './toasts.js';
import { word } from './words.js';

const list = () => document.querySelector('[data-rule-order]');
let dragged = null;

for (const row of list()?.querySelectorAll('.rule-row') ?? []) {
  const grip = row.querySelector('.rule-move');
  grip.addEventListener('pointerdown', () => { row.draggable = true; });
  row.addEventListener('dragstart', event => { dragged = row; event.dataTransfer.effectAllowed = 'move'; row.classList.add('is-dragged'); });
  row.addEventListener('dragover', event => { if (dragged) { event.preventDefault(); stand(row, event); } });
  row.addEventListener('dragend', () => { row.classList.remove('is-dragged'); row.draggable = false; if (dragged) save(); dragged = null; });
}

/** Before or after the row that the mouse is over. */
function stand(row, event) {
  if (row === dragged) return;
  const { top, height } = row.getBoundingClientRect();
  row[event.clientY < top + height / 2 ? 'before' : 'after'](dragged);
}

async function save() {
  const body = new FormData(document.getElementById('order'));
  body.set('ids', [...list().children].map(row => row.dataset.id).join(','));
  try {
    const answer = await post(document.getElementById('order').action, body);
    if (answer.ok) number();
    else say(word('failed'), { late: true });
  } catch {
    say(word('failed'), { late: true });
  }
}

/** The figures of the places, and which buttons still lead somewhere. */
function number() {
  const rows = [...list().children];
  const places = rows.map(row => row.querySelector('.rule-place').textContent).sort((one, other) => plain(one) - plain(other));
  rows.forEach((row, at) => {
    row.querySelector('.rule-place').textContent = places[at];
    row.querySelector('[name=up]').disabled = at === 0;
    row.querySelector('[name=down]').disabled = at === rows.length - 1;
  });
}

const plain = text => Number(text.replace(/[٠-٩]/g, digit => digit.charCodeAt(0) - 0x660));
