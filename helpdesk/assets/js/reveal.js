/* Small buttons of forms: show a password, copy a link that is shown once. */

document.addEventListener('click', event => {
  const eye = event.target.closest('[data-reveal]');
  if (eye) reveal(eye);
  const copy = event.target.closest('[data-copy]');
  if (copy) navigator.clipboard?.writeText(document.getElementById(copy.dataset.copy).value).then(() => { copy.dataset.copied = 'yes'; });
});

function reveal(button) {
  const input = document.getElementById(button.dataset.reveal);
  const shown = input.type === 'password';
  input.type = shown ? 'text' : 'password';
  button.setAttribute('aria-pressed', shown);
  input.focus();
}
