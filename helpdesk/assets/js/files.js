/* Attachments: chosen, dropped or pasted, sent at once with their progress; the server keeps them with the draft. */
import { post, token } from './http.js';
import { say } from './toasts.js';
import { icon, make, word } from './words.js';

document.addEventListener('change', event => {
  if (!event.target.matches('[data-composer-form] input[type=file]')) return;
  add(event.target.form, event.target.files);
  event.target.value = '';
});

document.addEventListener('paste', event => {
  const form = event.target.closest?.('[data-composer-form]');
  if (!form || !event.clipboardData?.files.length) return;
  event.preventDefault();
  add(form, event.clipboardData.files, { pasted: true });
});

for (const kind of ['dragover', 'dragleave', 'drop'])
  document.addEventListener(kind, event => {
    const box = event.target.closest?.('.composer');
    if (!box || !event.dataTransfer?.types.includes('Files')) return;
    event.preventDefault();
    box.classList.toggle('dropping', kind === 'dragover');
    if (kind === 'drop') add(box.querySelector(`[data-composer-form="${box.dataset.kind || 'reply'}"]`), event.dataTransfer.files);
  });

function add(form, files, { pasted = false } = {}) {
  for (const file of files) upload(form, file, pasted);
}

function upload(form, file, pasted) {
  const bar = make('progress', { max: 1, value: 0, 'aria-label': file.name });
  const remove = make('button', { type: 'button', 'aria-label': word('remove', { name: file.name }) }, icon('x'));
  const chip = make('span', { class: 'file', 'data-file': '' }, icon('paperclip'), make('bdi', {}, file.name), bar, remove);
  const request = new XMLHttpRequest();
  const body = new FormData();
  body.set('file', file);
  body.set('kind', form.dataset.composerForm);
  if (pasted) body.set('pasted', '1');
  form.querySelector('[data-files]').append(chip);
  remove.onclick = () => { request.abort(); drop(chip); form.dispatchEvent(new Event('uploaded')); };
  request.upload.onprogress = ({ loaded, total }) => { bar.value = loaded / total; };
  request.onload = () => (request.status < 300 ? done(form, chip, bar, request.responseText) : fail(form, chip, file));
  request.onerror = () => fail(form, chip, file);
  request.open('POST', form.dataset.upload);
  request.setRequestHeader('X-CSRFToken', token());
  request.setRequestHeader('HX-Request', 'true');
  request.send(body);
  chip.pending = request;
}

function done(form, chip, bar, text) {
  try {
    const { id } = JSON.parse(text);
    chip.dataset.id = id;
    chip.append(make('input', { type: 'hidden', name: 'attachment_ids', value: id }));
    bar.remove();
    delete chip.pending;
  } catch {
    chip.remove();
  }
  form.dispatchEvent(new Event('uploaded'));
}

function fail(form, chip, file) {
  chip.remove();
  form.dispatchEvent(new Event('uploaded'));
  say(word('upload_failed', { name: file.name }), { late: true });
}

/** Whether a form still sends files. */
export const uploading = form => [...form.querySelectorAll('[data-file]')].some(chip => chip.pending);

document.addEventListener('click', event => {
  const chip = event.target.closest('[data-file-remove]')?.closest('[data-file]');
  if (chip) drop(chip);
});

function drop(chip) {
  if (chip.dataset.id) post(`/attachments/${chip.dataset.id}/removal`, new FormData()).catch(() => {});
  chip.remove();
}
