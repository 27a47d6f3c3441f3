// Takes the pictures of the film that the README shows, one for each place of the first slider:
// node lab/tests/film.js FOLDER, with the environment of the tests. docs/lab.md says how they become one file.
import { join } from "node:path";
import { openLab, settled, startBrowser } from "./browser.js";

const folder = process.argv[2];
const { browser, close } = await startBrowser();
const { page, log } = await openLab(browser, { width: 1080, height: 840 });
await settled(page);
const slider = "#lever input[type=range]";
const [low, high, start] = await page.$eval(slider, (range) => [Number(range.min), Number(range.max), Number(range.value)]);
const stops = [];
for (let i = 0; i <= 6; ++i) stops.push(Math.round(start + ((high - start) * i) / 6));
for (let i = 1; i <= 8; ++i) stops.push(Math.round(high + ((low - high) * i) / 8));
for (let i = 1; i <= 4; ++i) stops.push(Math.round(low + ((start - low) * i) / 4));
for (const [number, stop] of stops.entries()) {
  await page.evaluate((to) => window.goodhartLab.timed(to), stop);
  await settled(page);
  await new Promise((done) => setTimeout(done, 700));
  await page.screenshot({ path: join(folder, `${String(number).padStart(2, "0")}.png`) });
}
if (log.faults.length + log.requests.length > 0) throw new Error(JSON.stringify(log));
await close();
