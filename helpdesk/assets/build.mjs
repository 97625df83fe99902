/* Builds helpdesk/static: hashed style sheet, script, sprite and fonts, each compressed beside itself, and manifest.json. */
import { build } from 'esbuild';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { writeFonts } from './fonts.mjs';
import { sprite } from './sprite.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const root = path.resolve(here, '../..');
const target = path.join(root, 'helpdesk/static');
const fonts = await mkdtemp(path.join(tmpdir(), 'helpdesk-fonts-'));
const DAY = 86_400_000;

await mkdir(target, { recursive: true });
await writeFonts(fonts);
const templates = ['helpdesk/templates', 'channels', 'automations'].map(folder => path.join(root, folder));
const manifest = {
  ...(await bundle()),
  'icons.svg': await writeHashed('icons.svg', await sprite(templates)),
  'favicon.svg': await writeHashed('favicon.svg', await readFile(path.join(here, 'favicon.svg'), 'utf8')),
};
await compress();
await writeManifest();
await removeOld();
await rm(fonts, { recursive: true, force: true });
await report();

async function bundle() {
  const { metafile } = await build({
    entryPoints: { app: path.join(here, 'js/app.js'), style: path.join(here, 'css/app.css') },
    bundle: true, minify: true, metafile: true, format: 'iife', target: ['chrome123', 'firefox121', 'safari17.5'],
    entryNames: '[name]-[hash]', assetNames: '[name]-[hash]', loader: { '.woff2': 'file' },
    legalComments: 'none', outdir: target, alias: { fonts }, absWorkingDir: root, logLevel: 'warning',
  });
  const names = Object.keys(metafile.outputs).map(file => path.basename(file));
  return Object.fromEntries(names.map(name => [name.replace(/-[A-Z0-9]{8}(?=\.)/, '').replace('style.css', 'app.css'), name]));
}

async function writeHashed(plain, text) {
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 8);
  const name = plain.replace('.', `-${hash}.`);
  await writeFile(path.join(target, name), text);
  return name;
}

/** Text files get .gz and .br beside them, for the server to pick; fonts are compressed already. */
async function compress() {
  for (const name of Object.values(manifest)) {
    if (!/\.(css|js|svg)$/.test(name)) continue;
    const bytes = await readFile(path.join(target, name));
    await writeFile(path.join(target, `${name}.gz`), gzipSync(bytes, { level: 9 }));
    await writeFile(path.join(target, `${name}.br`), brotliCompressSync(bytes));
  }
}

/** Last and at once, so that whoever reads it finds every file it names. */
async function writeManifest() {
  const file = path.join(target, `manifest.json.${process.pid}`);
  await writeFile(file, JSON.stringify(manifest, null, 1));
  await rename(file, path.join(target, 'manifest.json'));
}

/** What other builds left goes after a day: until then a running server and open pages may still ask for it. */
async function removeOld() {
  const current = new Set(Object.values(manifest).flatMap(name => [name, `${name}.gz`, `${name}.br`]).concat('manifest.json'));
  for (const name of await readdir(target)) {
    const file = path.join(target, name);
    if (!current.has(name) && Date.now() - (await stat(file)).mtimeMs > DAY) await rm(file);
  }
}

async function report() {
  for (const name of Object.values(manifest)) {
    const sent = await readFile(path.join(target, `${name}.br`)).catch(() => readFile(path.join(target, name)));
    console.log(`${(sent.length / 1000).toFixed(1).padStart(6)} kB  ${name}`);
  }
}
