// Takes pictures of the page, to look at: node lab/tests/look.js FOLDER [NAME...], with the environment of the tests.
import { join } from "node:path";
import { openLab, settled, startBrowser } from "./browser.js";

const [folder, ...only] = process.argv.slice(2);
const { browser, close } = await startBrowser();
const wait = (ms) => new Promise((done) => setTimeout(done, ms));
const phone = { width: 390, height: 844 };
const dark = { features: [{ name: "prefers-color-scheme", value: "dark" }] };
const press = (page, selector) => page.$eval(selector, (element) => element.click());
const slide = (page, stop) => page.evaluate((to) => window.goodhartLab.timed(to), stop);

// A picture's name, how the page is opened, and what is done before it is taken.
const pictures = {
  desktop: [{}, () => wait(4000)],
  phone: [phone, () => {}, true],
  moved: [{}, async (page) => { await press(page, "#keep"); await slide(page, 250); await settled(page); await wait(9000); }],
  asked: [{}, async (page) => { await page.click("#crowd canvas", { offset: { x: 150, y: 200 } }); await page.waitForSelector("#asked pre", { timeout: 60000 }); }, true],
  unfolded: [{}, async (page) => { await page.$$eval("#results > details", (list) => list.forEach((one) => { one.open = true; })); await wait(1000); }, true],
  dark: [dark, () => wait(4000)],
  presenting: [{}, async (page) => { await press(page, "#present"); await wait(1500); }],
  lesson: [{}, async (page) => { await page.select("#scenario", "lesson-ratchet"); await wait(1500); }],
  lesson_phone: [phone, async (page) => { await page.select("#scenario", "lesson-quota-cliff"); await wait(1500); }, true],
  german: [{}, async (page) => { await page.select("#language", "de"); await wait(500); await page.select("#language", "en"); await page.select("#language", "de"); }],
};
for (const [name, [options, act, whole]] of Object.entries(pictures)) {
  if (only.length > 0 && !only.includes(name)) continue;
  const { page, log } = await openLab(browser, options);
  await settled(page);
  await act(page);
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage: whole === true });
  if (log.faults.length + log.requests.length > 0) console.log(name, log);
  await page.evaluate(() => localStorage.clear()).catch(() => {});
  await page.close();
}
await close();
