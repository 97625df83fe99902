/* Builds helpdesk/static: hashed style sheet, script, sprite and fonts, each compressed beside itself, and manifest.json. */
import { build } from 'esbuild';
import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { writeFonts } from './fonts.mjs';
import { sprite } from './sprite.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const root = path.resolve(here, '../..');
const target = path.join(root, 'helpdesk/static');
const fresh = `${target}.${process.pid}`;
const fonts = path.join(here, 'css/fonts');

await mkdir(fonts, { recursive: true });
await mkdir(fresh, { recursive: true });
await writeFonts(fonts);
const manifest = {
  ...(await bundle()),
  'icons.svg': await writeHashed('icons.svg', await sprite(['helpdesk/templates', 'channels', 'automations'].map(folder => path.join(root, folder)))),
  'favicon.svg': await writeHashed('favicon.svg', await readFile(path.join(here, 'favicon.svg'), 'utf8')),
};
await compress();
await writeFile(path.join(fresh, 'manifest.json'), JSON.stringify(manifest, null, 1));
await rm(target, { recursive: true, force: true });
await rename(fresh, target);
await rm(fonts, { recursive: true, force: true });
await report();

async function bundle() {
  const { metafile } = await build({
    entryPoints: { app: path.join(here, 'js/app.js'), style: path.join(here, 'css/app.css') },
    bundle: true, minify: true, metafile: true, format: 'iife', target: ['chrome123', 'firefox121', 'safari17.5'],
    entryNames: '[name]-[hash]', assetNames: '[name]-[hash]', loader: { '.woff2': 'file' },
    legalComments: 'none', outdir: fresh, absWorkingDir: root, logLevel: 'warning',
  });
  const names = Object.keys(metafile.outputs).map(file => path.basename(file));
  return Object.fromEntries(names.map(name => [name.replace(/-[A-Z0-9]{8}(?=\.)/, '').replace('style.css', 'app.css'), name]));
}

async function writeHashed(plain, text) {
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 8);
  const name = plain.replace('.', `-${hash}.`);
  await writeFile(path.join(fresh, name), text);
  return name;
}

/** Text files get .gz and .br beside them, for the server to pick; fonts are compressed already. */
async function compress() {
  for (const name of await readdir(fresh)) {
    if (!/\.(css|js|svg)$/.test(name)) continue;
    const bytes = await readFile(path.join(fresh, name));
    await writeFile(path.join(fresh, `${name}.gz`), gzipSync(bytes, { level: 9 }));
    await writeFile(path.join(fresh, `${name}.br`), brotliCompressSync(bytes));
  }
}

async function report() {
  for (const name of Object.values(manifest)) {
    const sent = await readFile(path.join(target, `${name}.br`)).catch(() => readFile(path.join(target, name)));
    console.log(`${(sent.length / 1000).toFixed(1).padStart(6)} kB  ${name}`);
  }
}
