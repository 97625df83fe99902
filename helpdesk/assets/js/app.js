/* The behaviours of the desk. Each works on markup with data-* attributes (../README.md) and does without the others. */
import './htmx.js';
import './menus.js';
import './time.js';
import './toasts.js';
import './keys.js';
import './palette.js';
import './panes.js';
import './list.js';
import './live-list.js';
import './live-ticket.js';
import './presence.js';
import './composer.js';
import './draft.js';
import './recipients.js';
import './files.js';
import './send.js';
import './changes.js';
import './stopped.js';
import './scroll.js';
import './title.js';
import './reveal.js';
import './presets.js';
import './line-banner.js';
import { listen } from './stream.js';

listen();
