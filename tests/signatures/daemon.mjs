// The daemon with two declared connectors: what it sends reaches the provider, what the provider reports reaches the journey.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import http from "node:http";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { eventually, freePort, startDaemon } from "../npm/daemon.mjs";

const options = new Map();
for (let i = 2; i + 1 < process.argv.length; i += 2) options.set(process.argv[i], process.argv[i + 1]);
const require = createRequire(join(options.get("--modules"), "package.json"));
const { Webhook } = require("svix");

// Resend and Alibaba Cloud at one address.
const taken = [];
const provider = http.createServer((request, response) => {
  let body = "";
  request.on("data", (chunk) => (body += chunk));
  request.on("end", () => {
    taken.push({ url: new URL(request.url, "http://provider.example"), headers: request.headers, body });
    response.writeHead(200, { "content-type": "application/json" });
    response.end(JSON.stringify(request.url.startsWith("/emails") ? { id: `mail-${taken.length}` } : { Code: "OK", BizId: `biz-${taken.length}` }));
  });
});
await new Promise((resolve) => provider.listen(0, "127.0.0.1", resolve));

const secrets = { TEST_KEY: "a-key", TEST_SVIX: `whsec_${Buffer.from("a secret of thirty-two bytes !!!").toString("base64")}`, TEST_REPORTS: "s3cret" };
const folder = mkdtempSync(join(tmpdir(), "journey-declared-"));
const port = await freePort();
const publicUrl = `http://127.0.0.1:${port}`;
const base = `http://127.0.0.1:${provider.address().port}`;
writeFileSync(
  join(folder, "journeyd.yaml"),
  `public url: ${publicUrl}
connectors:
  email: {kind: resend, base: "${base}", api key: "env:TEST_KEY", webhook secret: "env:TEST_SVIX"}
  sms:
    kind: aliyun-sms
    base: ${base}
    access key id: LTAI
    access key secret: env:TEST_KEY
    sign name: 商店
    receipt secret: env:TEST_REPORTS
    templates: {note: SMS_1}
network: {allow private: yes, allow http: yes}
`,
);
const daemon = await startDaemon({
  journey: options.get("--journey"), project: join(options.get("--here"), "project"), data: join(folder, "data"), port,
  config: join(folder, "journeyd.yaml"), env: secrets,
});
const post = async (where, headers, body) => (await fetch(publicUrl + where, { method: "POST", headers, body })).status;

try {
  await daemon.post("/v1/identify", { userId: "ada", traits: { email: "ada@shop.example", phone: "+8613800000000", first_name: 'A"da' } });
  await daemon.post("/v1/track", { userId: "ada", event: "Mailed", messageId: "1" });
  const mail = await eventually("the letter", () => taken.find((one) => one.url.pathname === "/emails"));
  const letter = JSON.parse(mail.body);
  assert.equal(mail.headers.authorization, "Bearer a-key");
  assert.match(mail.headers["idempotency-key"], /^[0-9a-f-]{36}$/);
  assert.equal(letter.from, '"商店, Inc." <hello@shop.example>');
  assert.equal(letter.subject, 'A note for A"da');
  const reference = letter.tags.find((tag) => tag.name === "journey_reference").value;
  assert.equal(reference.length, 55);
  const body = JSON.stringify({ type: "email.delivered", created_at: new Date().toISOString(), data: { email_id: "mail-1", tags: { journey_reference: reference } } });
  const now = new Date();
  const headers = { "svix-id": "msg_1", "svix-timestamp": String(Math.floor(now.getTime() / 1000)), "svix-signature": new Webhook(secrets.TEST_SVIX).sign("msg_1", now, body) };
  assert.equal(await post("/r/email", headers, `${body} `), 403);
  assert.equal(await post("/r/email", {}, body), 403);
  assert.equal(await post("/r/email", headers, body), 204);
  await daemon.tells("ada", "it_arrived");

  await daemon.post("/v1/identify", { userId: "bo", traits: { phone: "+8613800000001", first_name: 'B"o' } });
  await daemon.post("/v1/track", { userId: "bo", event: "Texted", messageId: "2" });
  const text = await eventually("the text", () => taken.find((one) => one.url.searchParams.get("PhoneNumbers") === "8613800000001"));
  assert.equal(text.url.searchParams.get("TemplateCode"), "SMS_1");
  assert.equal(text.url.searchParams.get("SignName"), "商店");
  assert.deepEqual(JSON.parse(text.url.searchParams.get("TemplateParam")), { name: 'B"o' });
  assert.match(text.headers.authorization, /^ACS3-HMAC-SHA256 Credential=LTAI,/);
  const report = JSON.stringify([{ success: true, report_time: "2026-11-22 17:00:00", biz_id: "biz-2", out_id: text.url.searchParams.get("OutId") }]);
  assert.equal(await post("/r/sms?secret=guess", {}, report), 403);
  const told = await fetch(`${publicUrl}/r/sms?secret=${secrets.TEST_REPORTS}`, { method: "POST", body: report });
  assert.deepEqual(await told.json(), { code: 0, msg: "接收成功" });
  await daemon.tells("bo", "it_arrived");
  console.log("both were sent, and both reports reached their journeys");
} finally {
  await daemon.stop();
  provider.close();
  rmSync(folder, { recursive: true, force: true });
}
