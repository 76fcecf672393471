// A daemon of its own, one recipient, and the pages as a browser shows them: on a phone and on a
// desk, in English and Chinese, by keyboard and without JavaScript. `--pictures FOLDER` keeps what
// was seen.
import { execFileSync } from "node:child_process";
import { createHmac } from "node:crypto";
import { mkdtempSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { freePort, startDaemon } from "../npm/daemon.mjs";

const options = new Map();
for (let i = 2; i + 1 < process.argv.length; i += 2) options.set(process.argv[i], process.argv[i + 1]);
const require = createRequire(join(options.get("--modules"), "package.json"));
const { chromium } = require("playwright-core");
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

let failed = 0;
const expect = (good, words) => {
  if (good) return;
  failed += 1;
  console.error(`not so: ${words}`);
};

const project = `language 1
workspace shop {
  time zone "UTC"
}
profile user {
  email string pii
  phone string pii
  language string
}
event asked
event subscription_requested {
  consent string
}
channel email {
  address user.email
  from "Shop <hello@shop.example>"
}
channel sms {
  address user.phone
  sender "SHOP"
}
consent news "News and stories" {
  channels email
  basis opt in
}
consent offers "Offers for members" {
  channels email
  basis double opt in
}
consent surveys "Questions about what you bought" {
  channels email
  basis opt out
}
frequency gentle {
  at most 9 messages per 168h
  counts marketing
  when full skip
}
template letter email marketing {
  consent news
  subject "A letter"
  body "Hello. {{ preferences_url }}"
  unsubscribe automatic
}
template confirm email transactional {
  subject "Please confirm"
  body "Confirm: {{ confirm_url }}"
}
journey letters "A letter" {
  version 1
  enter when asked
  reenter always
  frequency gentle
  expires after 9 days
  do {
    mail: send email letter
  }
}
journey confirmations "Double opt-in" transactional {
  version 1
  enter when subscription_requested
  reenter always
  while running parallel
  expires after 9 days
  do {
    mail: send email confirm
  }
}
`;

/// A token as connectors/inbound makes them, for a message that does not exist.
function token(secret, purpose, person, bound = "") {
  const head = Buffer.alloc(25);
  head.writeUInt8((1 << 4) | purpose, 0);
  head.writeBigUInt64LE(person, 1);
  const mac = createHmac("sha256", secret)
    .update(Buffer.concat([Buffer.from("journey token\0"), head, Buffer.from(bound)]))
    .digest()
    .subarray(0, 16);
  return Buffer.concat([head, mac]).toString("base64url");
}

const { createHash } = await import("node:crypto");
const personOf = (id) => createHash("sha256").update(id).digest().readBigUInt64BE(0);

const folder = mkdtempSync(join(tmpdir(), "journey-pages-"));
const pictures = options.get("--pictures") ?? join(folder, "pictures");
mkdirSync(join(folder, "project"), { recursive: true });
mkdirSync(pictures, { recursive: true });
writeFileSync(join(folder, "project", "shop.journey"), project);
const port = await freePort();
const base = `http://127.0.0.1:${port}`;
writeFileSync(
  join(folder, "journeyd.yaml"),
  `public url: ${base}
trusted proxies: [127.0.0.1]
pages:
  name: Olive & Oak
  imprint: Olive & Oak Ltd, 12 Harbour Road, Bristol BS1 4XY
  privacy: https://shop.example/privacy
  colour: "#b45f06"
  topics:
    news: {about: "What is new in the shop, about twice a month.", title zh: "新品与故事", about zh: "店里的新品和故事，每月大约两次。"}
    offers: {about: "Prices that only members get.", title zh: "会员优惠", about zh: "只给会员的价格。"}
    surveys: {title zh: "购买后的小问卷"}
`,
);
const daemon = await startDaemon({
  journey: options.get("--journey"), project: join(folder, "project"), data: join(folder, "data"), port,
  config: join(folder, "journeyd.yaml"),
});
let browser;
try {
  const secret = daemon.key("link_secret");
  for (const [userId, language] of [["ada", "en"], ["wei", "zh-CN"]]) {
    await daemon.post("/v1/identify", { userId, traits: { email: `${userId}@example.com`, phone: "+8613800138000", language } });
    await daemon.post("/v1/consent", { userId, consent: "news", granted: true });
    await daemon.post("/v1/consent", { userId, consent: "offers", granted: true, source: "footer form" });
  }
  const path = (userId, letter, purpose, consent) =>
    `/${letter}/${token(secret, purpose, personOf(`user:${userId}`), consent ?? "")}${consent ? `?c=${consent}` : ""}`;

  browser = await chromium.launch({ executablePath: options.get("--chromium"), args: ["--no-sandbox"] });
  const sizes = { phone: { width: 375, height: 740 }, desk: { width: 1280, height: 860 } };
  const rules = { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] };

  /// What axe finds, whether something sticks out sideways, and a picture.
  async function judge(page, name) {
    const found = await page.evaluate(`${axe}; axe.run(document, ${JSON.stringify(rules)})`);
    for (const one of found.violations)
      expect(false, `${name}: ${one.id}: ${one.help} at ${one.nodes.map((node) => node.target.join(" ")).join(", ")}`);
    expect(found.passes.length > 10, `${name} is looked at by axe`);
    const wide = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth");
    expect(wide === 0, `${name} does not scroll sideways (${wide} px)`);
    await page.screenshot({ path: join(pictures, `${name}.png`), fullPage: true });
  }

  for (const [size, viewport] of Object.entries(sizes)) {
    for (const [userId, lang] of [["ada", "en"], ["wei", "zh"]]) {
      const context = await browser.newContext({ viewport, locale: "fr-FR", colorScheme: "light" });
      const page = await context.newPage();
      const refused = [];
      page.on("console", (message) => message.type() === "error" && refused.push(message.text()));
      const all = {
        unsubscribe: path(userId, "u", 3),
        preferences: path(userId, "p", 5),
        confirm: path(userId, "s", 6, "offers"),
      };
      for (const [name, address] of Object.entries(all)) {
        const answer = await page.goto(base + address);
        expect(answer.status() === 200, `${name} is there: ${answer.status()}`);
        expect((await page.getAttribute("html", "lang")).startsWith(lang), `${name} speaks ${lang}`);
        await judge(page, `${name}-${lang}-${size}`);
      }
      await page.goto(base + path(userId, "p", 6));
      await judge(page, `dead-${lang}-${size}`);
      expect(refused.filter((text) => !text.includes("404")).length === 0, `the policy lets the style in: ${refused}`);
      await context.close();
    }
  }

  // By keyboard, without JavaScript, all the way.
  const context = await browser.newContext({ viewport: sizes.phone, javaScriptEnabled: false });
  const page = await context.newPage();
  const on = async (name) => page.getByRole("switch", { name, exact: true }).isChecked();
  await page.goto(base + path("ada", "p", 5));
  expect(await on("News and stories"), "News is on");
  expect(!(await on("Offers for members")), "Offers waits");
  await page.getByRole("switch", { name: "News and stories", exact: true }).focus();
  await page.keyboard.press("Space");
  await page.keyboard.press("Enter");
  await page.getByRole("status").waitFor();
  expect((await page.getByRole("status").textContent()) === "Your choice is saved.", "saved by Enter");
  expect(!(await on("News and stories")), "News is off");
  await page.screenshot({ path: join(pictures, "saved-en-phone.png"), fullPage: true });
  await page.getByRole("button", { name: "Undo" }).click();
  expect(await on("News and stories"), "News is on again");
  await page.getByRole("button", { name: "Stop all marketing messages" }).click();
  expect(!(await on("News and stories")) && !(await on("Questions about what you bought")), "all is off");
  await page.screenshot({ path: join(pictures, "stopped-en-phone.png"), fullPage: true });
  await page.goto(base + path("ada", "s", 6, "offers"));
  await page.getByRole("button").click();
  await page.screenshot({ path: join(pictures, "confirmed-en-phone.png"), fullPage: true });
  expect((await page.getByRole("status").textContent()).includes("Offers for members"), "Offers is confirmed");
  await page.getByRole("link", { name: "Choose what you receive" }).click();
  expect(await on("Offers for members"), "Offers is on");
  await page.goto(base + path("wei", "u", 3));
  await page.getByRole("button").click();
  await page.screenshot({ path: join(pictures, "unsubscribed-zh-phone.png"), fullPage: true });
  expect((await page.textContent("h1")) === "您已退订", "unsubscribed in Chinese");
  const story = execFileSync(options.get("--journey"), ["timeline", "ada", "--to", base, "--data", join(folder, "data"), "--json"], { encoding: "utf8" });
  expect(story.includes("double opt-in") && story.includes("text_sha256"), "the proof stands in the story");
} finally {
  await browser?.close();
  await daemon.stop();
  rmSync(folder, { recursive: true, force: true });
}
if (failed > 0) process.exit(1);
console.log("the pages can be used by everybody we tried to be");
