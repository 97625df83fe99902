/* Cuts the fonts to what the interface and ordinary mail need; rarer letters come from the reader's own fonts. */
import { readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import subset from 'subset-font';

const require = createRequire(import.meta.url);
const range = (from, to) => String.fromCodePoint(...Array.from({ length: to - from + 1 }, (_, i) => from + i));

// Arabic, Persian and the signs between them; the joined forms follow from the font's own tables.
const ARABIC = range(0x600, 0x66f) + 'پچژڤکگڪگیےەہھٹڈڑ' + range(0x6f0, 0x6f9) + '\u200c\u200d\u25cc\ufdf2\ufdfc';
const LATIN = range(0x20, 0x7e) + range(0xa0, 0xff) + 'ıŒœ\u2009' + range(0x2010, 0x2014) + '‘’‚“”„†•…‰‹›⁄€™←↑→↓↵−✓\u202f';

const cuts = [['arabic', ARABIC, true], ['latin', LATIN, false]];

/** Writes arabic-400.woff2, arabic-600.woff2, latin-400.woff2 and latin-600.woff2 into a folder. */
export async function writeFonts(folder) {
  for (const [script, letters, closure] of cuts)
    for (const weight of [400, 600])
      await writeFile(path.join(folder, `${script}-${weight}.woff2`), await cut(script, weight, letters, closure));
}

async function cut(script, weight, letters, closure) {
  const file = require.resolve(`@fontsource/ibm-plex-sans-arabic/files/ibm-plex-sans-arabic-${script}-${weight}-normal.woff2`);
  return subset(await readFile(file), letters, { targetFormat: 'woff2', noLayoutClosure: !closure });
}
