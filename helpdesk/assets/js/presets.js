/* The servers of a large provider, filled in when its button is pressed; whoever typed something else can still change it. */

document.addEventListener('change', event => {
  const preset = event.target.closest('[data-presets] [data-preset]');
  if (!preset) return;
  for (const [name, value] of Object.entries(JSON.parse(preset.dataset.preset))) {
    const field = preset.form.elements[name];
    if (field && value) field.value = value;
  }
});
