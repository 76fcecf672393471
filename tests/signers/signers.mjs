// Twilio's, SendGrid's, Svix's and Standard Webhooks' own packages against the daemon's /r/CONNECTOR.
//
//   node signers.mjs --journey build/release/bin/journey [--modules DIRECTORY with node_modules]
import assert from "node:assert/strict";
import { createHmac, createSign, generateKeyPairSync } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import http from "node:http";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

import { eventually, freePort, startDaemon } from "../npm/daemon.mjs";

const { values: given } = parseArgs({
  options: { journey: { type: "string" }, modules: { type: "string", default: process.cwd() } },
});
const here = path.dirname(fileURLToPath(import.meta.url));
const need = createRequire(path.join(path.resolve(given.modules), "package.json"));
const twilio = need("twilio");
const { EventWebhook } = need("@sendgrid/eventwebhook");
const { Webhook: SvixWebhook } = need("svix");
const { Webhook: StandardWebhook } = need("standardwebhooks");

// ---- a provider that takes texts

const taken = [];
const provider = http.createServer((request, response) => {
  let body = "";
  request.on("data", (chunk) => (body += chunk));
  request.on("end", () => {
    taken.push(new URLSearchParams(body));
    response.writeHead(201, { "content-type": "application/json" });
    response.end(JSON.stringify({ sid: `SM${String(taken.length).padStart(32, "0")}`, status: "queued" }));
  });
});
await new Promise((resolve) => provider.listen(0, "127.0.0.1", resolve));

// ---- the daemon

const secrets = {
  TEST_TWILIO: "0123456789abcdef0123456789abcdef",
  TEST_SVIX: `whsec_${Buffer.from("a secret of thirty-two bytes !!!").toString("base64")}`,
  TEST_MANDRILL: "a-webhook-key",
  TEST_ANY: "x",
};
const sendgridKey = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
const sendgridPublic = sendgridKey.publicKey.export({ format: "der", type: "spki" }).toString("base64");
const data = mkdtempSync(path.join(tmpdir(), "journey-signers-"));
const port = await freePort();
const publicUrl = `http://127.0.0.1:${port}`;
const config = path.join(data, "journeyd.yaml");
writeFileSync(
  config,
  `public url: ${publicUrl}
connectors:
  sms: {kind: twilio, base: "http://127.0.0.1:${provider.address().port}", account sid: AC1, auth token: "env:TEST_TWILIO", sender: "+12025550100"}
  email:
    kind: smtp
    url: smtp://127.0.0.1:1
    require tls: no
    reports: {kind: sendgrid, public keys: ["${sendgridPublic}"]}
  push:
    kind: onesignal
    app id: a
    api key: env:TEST_ANY
    reports: {kind: resend, secrets: ["env:TEST_SVIX"]}
  webhook:
    kind: signed
    url: https://shop.example/hook
    secrets: ["env:TEST_SVIX"]
    reports: {kind: mandrill, keys: ["env:TEST_MANDRILL"]}
network: {allow private: yes, allow http: yes}
`,
);
const daemon = await startDaemon({ journey: given.journey, project: here, data: path.join(data, "data"), port, config, env: secrets });

let people = 0;
/// A message that was sent to somebody new; its reference, where it is reported on, and who it is.
async function message() {
  const person = `p${++people}`;
  const phone = `+4917012345${String(people).padStart(3, "0")}`;
  await daemon.post("/v1/identify", { userId: person, traits: { phone } });
  await daemon.post("/v1/track", { userId: person, event: "Texted", messageId: person });
  const form = await eventually(`the text to ${person}`, () => taken.find((one) => one.get("To") === phone));
  const callback = form.get("StatusCallback");
  return { person, phone, callback, reference: callback.slice(callback.lastIndexOf("/") + 1) };
}

async function post(url, headers, body) {
  const answer = await fetch(url, { method: "POST", headers, body });
  return answer.status;
}

try {
  // Twilio: a form, signed by its package.
  {
    const { person, callback } = await message();
    const fields = { MessageSid: "SM1", MessageStatus: "delivered", To: "+4917012345001", Body: "ü & =", Empty: "" };
    const body = new URLSearchParams(fields).toString();
    const form = { "content-type": "application/x-www-form-urlencoded" };
    const wrong = twilio.getExpectedTwilioSignature("another token", callback, fields);
    assert.equal(await post(callback, { ...form, "x-twilio-signature": wrong }, body), 403);
    const right = twilio.getExpectedTwilioSignature(secrets.TEST_TWILIO, callback, fields);
    assert.equal(await post(callback, { ...form, "x-twilio-signature": right }, `${body}&More=1`), 403);
    assert.equal(await post(callback, { ...form, "x-twilio-signature": right }, body), 204);
    await daemon.tells(person, "it_arrived");
  }
  // Twilio: JSON, whose hash is in the address.
  {
    const { person, callback } = await message();
    const body = JSON.stringify({ MessageSid: "SM2", MessageStatus: "delivered" });
    const url = `${callback}?bodySHA256=${twilio.getExpectedBodyHash(body)}`;
    const signature = twilio.getExpectedTwilioSignature(secrets.TEST_TWILIO, url, {});
    assert.ok(twilio.validateRequestWithBody(secrets.TEST_TWILIO, signature, url, body));
    const json = { "content-type": "application/json", "x-twilio-signature": signature };
    assert.equal(await post(url, json, body.replace("delivered", "failed")), 403);
    assert.equal(await post(url, json, body), 204);
    await daemon.tells(person, "it_arrived");
  }
  // SendGrid: a batch; its package says that the signature is as it should be.
  {
    const one = await message();
    const other = await message();
    const timestamp = String(Math.floor(Date.now() / 1000));
    const event = (what, id, reference) => ({
      email: "x@example.com", timestamp: Number(timestamp), event: what, sg_event_id: id, sg_message_id: "m.filter1", journey_reference: reference,
    });
    const body = `${JSON.stringify([event("delivered", "e1", one.reference), event("delivered", "e2", other.reference), event("delivered", "e3", "of another installation")])}\r\n`;
    const signature = createSign("sha256").update(timestamp + body).sign(sendgridKey.privateKey).toString("base64");
    const webhook = new EventWebhook();
    assert.ok(webhook.verifySignature(webhook.convertPublicKeyToECDSA(sendgridPublic), body, signature, timestamp));
    const headers = {
      "content-type": "application/json",
      "x-twilio-email-event-webhook-signature": signature,
      "x-twilio-email-event-webhook-timestamp": timestamp,
    };
    const url = `${publicUrl}/r/email`;
    assert.equal(await post(url, headers, body.replace("delivered", "bounce")), 403);
    assert.equal(await post(url, { ...headers, "x-twilio-email-event-webhook-timestamp": String(timestamp - 1) }, body), 403);
    assert.equal(await post(url, headers, body), 204);
    await daemon.tells(one.person, "it_arrived");
    await daemon.tells(other.person, "it_arrived");
  }
  // Svix and Standard Webhooks: the same secret, each with its own header names.
  for (const [Signer, prefix] of [[SvixWebhook, "svix"], [StandardWebhook, "webhook"]]) {
    const { person, reference } = await message();
    const body = JSON.stringify({ type: "email.delivered", created_at: new Date().toISOString(), data: { email_id: "m1", tags: { journey_reference: reference } } });
    const now = new Date();
    const signature = new Signer(secrets.TEST_SVIX).sign("msg_1", now, body);
    const headers = {
      "content-type": "application/json",
      [`${prefix}-id`]: "msg_1",
      [`${prefix}-timestamp`]: String(Math.floor(now.getTime() / 1000)),
      [`${prefix}-signature`]: signature,
    };
    const url = `${publicUrl}/r/push`;
    assert.equal(await post(url, { ...headers, [`${prefix}-id`]: "msg_2" }, body), 403);
    assert.equal(await post(url, headers, body), 204);
    await daemon.tells(person, "it_arrived");
  }
  // Mandrill: nobody publishes a signer, so its documentation's recipe written here once more.
  {
    const { person, reference } = await message();
    const url = `${publicUrl}/r/webhook`;
    const events = JSON.stringify([
      { event: "click", _id: "m1", ts: Math.floor(Date.now() / 1000), url: "https://shop.example/ü", msg: { metadata: { journey_reference: reference } } },
    ]);
    const signature = createHmac("sha1", secrets.TEST_MANDRILL).update(`${url}mandrill_events${events}`).digest("base64");
    const body = new URLSearchParams({ mandrill_events: events }).toString();
    const form = { "content-type": "application/x-www-form-urlencoded" };
    assert.equal(await post(url, { ...form, "x-mandrill-signature": "AAAA" }, body), 403);
    assert.equal(await post(url, { ...form, "x-mandrill-signature": signature }, body), 200);
    await daemon.tells(person, "clicked");
    assert.equal((await fetch(url, { method: "HEAD" })).status, 200);
  }
  console.log(`${people} messages: every report was taken when its provider's package had signed it, and only then`);
} finally {
  await daemon.stop();
  provider.close();
  rmSync(data, { recursive: true, force: true });
}
