/* A hidden window says how many messages came: in its title, and by a quiet sound for who wants it. */
import { data } from './words.js';

const plain = document.title;
let count = 0;

document.addEventListener('hint', ({ detail: { kind } }) => {
  if (!document.hidden || kind !== 'message_received') return;
  count += 1;
  document.title = `(${count}) ${document.title.replace(/^\(\d+\) /, '')}`;
  if (data('agents')?.sound) alone(beep);
});
document.addEventListener('visibilitychange', () => {
  if (document.hidden) return;
  count = 0;
  document.title = document.title.replace(/^\(\d+\) /, '') || plain;
});

/** Only one of many tabs makes the sound. */
function alone(run) {
  if (!navigator.locks) return run();
  navigator.locks.request('sound', { ifAvailable: true }, lock => lock && (run(), new Promise(resolve => setTimeout(resolve, 1000))));
}

function beep() {
  const context = new AudioContext();
  const [tone, volume] = [context.createOscillator(), context.createGain()];
  tone.frequency.value = 660;
  volume.gain.setValueAtTime(.08, context.currentTime);
  volume.gain.exponentialRampToValueAtTime(.0001, context.currentTime + .35);
  tone.connect(volume).connect(context.destination);
  tone.start();
  tone.stop(context.currentTime + .36);
  tone.onended = () => context.close();
}
