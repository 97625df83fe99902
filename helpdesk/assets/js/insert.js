/* Text put in at the caret as if it were typed, so that undo takes it away; buttons that do so: [data-insert]. */

/** Replaces what is selected in a field. */
export function insert(field, text) {
  field.focus();
  insert.busy = true;
  if (!document.execCommand('insertText', false, text)) {
    field.setRangeText(text, field.selectionStart, field.selectionEnd, 'end');
    field.dispatchEvent(new Event('input', { bubbles: true }));
  }
  insert.busy = false;
}

let last;
document.addEventListener('focusin', event => { if (event.target.matches('textarea')) last = event.target; });
document.addEventListener('click', event => {
  const button = event.target.closest('[data-insert]');
  const form = button?.closest('form');
  if (button) insert(last?.form === form ? last : form.querySelector('textarea'), button.dataset.insert);
});
