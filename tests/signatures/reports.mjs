// Calls signed, or their signature checked, by the providers' own packages; the declared readers must agree.
import { execFileSync } from "node:child_process";
import { createSign, generateKeyPairSync } from "node:crypto";
import { createRequire } from "node:module";
import { join } from "node:path";

const options = new Map();
for (let i = 2; i + 1 < process.argv.length; i += 2) options.set(process.argv[i], process.argv[i + 1]);
const require = createRequire(join(options.get("--modules"), "package.json"));
const twilio = require("twilio");
const { EventWebhook } = require("@sendgrid/eventwebhook");
const { Webhook } = require("svix");

const now = new Date("2026-11-22T10:00:00Z");
const seconds = String(now.getTime() / 1000);
const path = "/r/email/REFERENCE";
const calls = [];
const add = (what, wanted, call) => calls.push({ what, wanted, call: { now: now.toISOString(), path, ...call } });
/// As it is, with a byte more, and with its signature of another's key.
function tried(what, wanted, call, foreign) {
  add(what, wanted, call);
  add(`${what}, changed on the way`, "refused", { ...call, body: `${call.body} ` });
  add(`${what}, of another's key`, "refused", { ...call, settings: foreign });
  const { ages, ...late } = call; // how long its signature is believed
  add(`${what}, too late`, ages ? "refused" : wanted, { ...late, now: new Date(now.getTime() + (ages ?? 360_000)).toISOString() });
}

function resend() {
  const secret = `whsec_${Buffer.from("0123456789abcdef01234567").toString("base64")}`;
  const body = JSON.stringify({ type: "email.delivered", created_at: now.toISOString(), data: { email_id: "e", tags: { journey_reference: "ref" } } });
  const signature = new Webhook(secret).sign("msg_1", now, body);
  const settings = (key) => ({ "api key": "x", "webhook secret": key });
  tried(
    "Resend, signed by svix",
    "read ref:delivered",
    { provider: "resend", settings: settings(secret), headers: { "svix-id": "msg_1", "svix-timestamp": seconds, "svix-signature": signature }, body, ages: 360_000 },
    settings(`whsec_${Buffer.from("another key of 24 bytes!").toString("base64")}`),
  );
}

function sendgrid() {
  const pair = () => generateKeyPairSync("ec", { namedCurve: "prime256v1" });
  const published = (keys) => keys.publicKey.export({ format: "der", type: "spki" }).toString("base64");
  const ours = pair();
  const body = JSON.stringify([{ event: "open", timestamp: Number(seconds), sg_event_id: "E", journey_reference: "ref" }]);
  const signature = createSign("sha256").update(seconds + body).sign(ours.privateKey, "base64");
  const official = new EventWebhook();
  if (!official.verifySignature(official.convertPublicKeyToECDSA(published(ours)), body, signature, seconds)) throw new Error("@sendgrid/eventwebhook refuses this test's signature");
  const settings = (keys) => ({ "api key": "x", "webhook key": published(keys) });
  tried(
    "SendGrid, verified by @sendgrid/eventwebhook",
    "read ref:opened",
    {
      provider: "sendgrid",
      settings: settings(ours),
      headers: { "x-twilio-email-event-webhook-timestamp": seconds, "x-twilio-email-event-webhook-signature": signature },
      body,
      ages: 26 * 3_600_000, // SendGrid repeats for a day what was not answered, with the first signature
    },
    settings(pair()),
  );
}

function whatsapp() {
  const form = { MessageSid: "SM1", MessageStatus: "delivered", To: "whatsapp:+4930 12", ChannelPrefix: "whatsapp", EventType: "DELIVERED" };
  const signature = twilio.getExpectedTwilioSignature("token", `https://hello.shop.example${path}`, form);
  const settings = (token) => ({ "account sid": "AC1", "auth token": token, sender: "+1" });
  tried(
    "WhatsApp, signed by twilio",
    "read :delivered",
    { provider: "twilio-whatsapp", settings: settings("token"), headers: { "x-twilio-signature": signature }, body: new URLSearchParams(form).toString() },
    settings("another"),
  );
}

resend();
sendgrid();
whatsapp();
const input = calls.map(({ call }) => JSON.stringify(call)).join("\n") + "\n";
const told = execFileSync(options.get("--reader"), { input, encoding: "utf8" }).trim().split("\n");
let failed = told.length === calls.length ? 0 : 1;
calls.forEach(({ what, wanted }, i) => {
  const good = told[i] === wanted;
  console.log(`${good ? "as it should be" : `NOT ${wanted}`}: ${what}: ${told[i]}`);
  if (!good) failed += 1;
});
process.exit(failed === 0 ? 0 : 1);
