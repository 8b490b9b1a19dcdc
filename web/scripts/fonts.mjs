// Cuts the map's glyphs out of Debian's Noto fonts: build/assets/fonts/{stack}/{range}.pbf, the form MapLibre asks for.
// Each stack is Noto Sans with Noto Sans Arabic merged in, presentation forms (U+FB50–FDFF, FE70–FEFF) included: the
// map library shapes Urdu into those. Every range of the first plane is written, empty where the fonts are silent, so
// that a name in another script costs a missing letter and not a failed request.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import fontnik from "fontnik";

const source = "/usr/share/fonts/truetype/noto"; // package fonts-noto-core
const target = new URL("../../build/assets/fonts/", import.meta.url).pathname;
const stacks = {
  "Noto Sans Regular": ["NotoSans-Regular.ttf", "NotoSansArabic-Regular.ttf"],
  "Noto Sans Bold": ["NotoSans-Bold.ttf", "NotoSansArabic-Bold.ttf"],
};

const range = promisify(fontnik.range);
const composite = promisify(fontnik.composite);

for (const [stack, files] of Object.entries(stacks)) {
  const missing = files.filter((file) => !existsSync(join(source, file)));
  if (missing.length > 0) {
    console.error(`fonts: ${missing.join(", ")} not in ${source}; install fonts-noto-core`);
    process.exit(1);
  }
  const fonts = files.map((file) => readFileSync(join(source, file)));
  const folder = join(target, stack);
  mkdirSync(folder, { recursive: true });
  let bytes = 0;
  for (let start = 0; start < 65536; start += 256) {
    const end = start + 255;
    const parts = await Promise.all(fonts.map((font) => range({ font, start, end })));
    const glyphs = await composite(parts);
    bytes += glyphs.length;
    writeFileSync(join(folder, `${start}-${end}.pbf`), glyphs);
  }
  console.log(`fonts: ${stack}: 256 ranges, ${Math.round(bytes / 1024)} kB`);
}
