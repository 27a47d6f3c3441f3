// Headless Chromium with the lab's page from the disk, and a record of everything that it asks of a network.
import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

export const modules = process.env.GOODHART_LAB_MODULES;
const puppeteer = createRequire(join(modules, "index.js"))("puppeteer-core");

export const page_file = process.env.GOODHART_LAB_PAGE;

// A browser with a fresh profile.
export async function startBrowser() {
  const profile = mkdtempSync(join(tmpdir(), "goodhart-lab-profile-"));
  const browser = await puppeteer.launch({
    executablePath: process.env.GOODHART_CHROMIUM,
    headless: true,
    userDataDir: profile,
    protocolTimeout: 240_000,
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
      "--disable-component-update", "--disable-sync", "--lang=en"],
  });
  return { browser, close: async () => { await browser.close(); rmSync(profile, { recursive: true, force: true }); } };
}

// Opens the page, waits until it shows what it computed, and returns it with a log of faults and requests.
export async function openLab(browser, { hash = "", file = page_file, width = 1280, height = 800, features = [] } = {}) {
  const page = await browser.newPage();
  await page.setViewport({ width, height });
  await page.emulateMediaFeatures([{ name: "prefers-reduced-motion", value: "reduce" }, ...features]);
  const log = { faults: [], requests: [] };
  page.on("pageerror", (error) => log.faults.push(String(error)));
  page.on("console", (message) => message.type() === "error" && log.faults.push(message.text()));
  const own = pathToFileURL(file).href;
  page.on("request", (request) => {
    const address = request.url();
    if (!address.startsWith(own) && !/^(data|blob):/.test(address)) log.requests.push(address);
  });
  await page.goto(own + hash);
  await page.waitForSelector("body[data-ready]", { timeout: 60_000 });
  return { page, log };
}

// Waits until all replicates of what is open are shown.
export async function settled(page) {
  await page.waitForFunction(() => document.body.dataset.state === "done", { timeout: 200_000 });
}

export const text = (page, selector) => page.$eval(selector, (element) => element.textContent);
