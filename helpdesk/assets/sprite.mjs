/* One sprite of the icons in use. Fails when a template asks for an icon that is not in icons.mjs. */
import { readFile, readdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { icons } from './icons.mjs';

const require = createRequire(import.meta.url);

/** The sprite's text; `folders` are searched for icon('name') calls. */
export async function sprite(folders) {
  await demandKnown(folders);
  const symbols = await Promise.all(Object.entries(icons).map(([name, source]) => symbol(name, source)));
  return `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join('')}</svg>`;
}

async function symbol(name, source) {
  const text = await readFile(require.resolve(`lucide-static/icons/${source}.svg`), 'utf8');
  const shapes = text.slice(text.indexOf('>', text.indexOf('<svg')) + 1, text.lastIndexOf('</svg>'));
  return `<symbol id="${name}" viewBox="0 0 24 24">${shapes.replace(/\s*\n\s*/g, '').replaceAll(' />', '/>')}</symbol>`;
}

async function demandKnown(folders) {
  const unknown = new Set();
  for (const folder of folders)
    for (const file of await readdir(folder, { recursive: true }).catch(() => []))
      if (file.endsWith('.html'))
        for (const [, name] of (await readFile(path.join(folder, file), 'utf8')).matchAll(/\bicon\(['"]([a-z0-9-]+)['"]/g))
          if (!(name in icons)) unknown.add(`${name} (${file})`);
  if (unknown.size) throw new Error(`icons missing from icons.mjs: ${[...unknown].join(', ')}`);
}
