// The daemon's push connectors, each against a strict other side.
//
//   node push_services.mjs --journey build/release/bin/journey --modules DIRECTORY-WITH-NODE_MODULES
import assert from "node:assert/strict";
import crypto from "node:crypto";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

import { eventually, startDaemon } from "../npm/daemon.mjs";
import { apple, browserPushService, google } from "./services.mjs";

const { values: given } = parseArgs({
  options: { journey: { type: "string" }, modules: { type: "string", default: process.cwd() } },
});
const here = path.dirname(fileURLToPath(import.meta.url));
const require = createRequire(path.join(path.resolve(given.modules), "package.json"));
const jsonwebtoken = require("jsonwebtoken");
const forge = require("node-forge");
const nodeApn = require("@parse/node-apn");
const webPush = require("web-push");
const { PushApiModel } = require("web-push-testing/src/PushApiModel.js");

const directory = mkdtempSync(path.join(tmpdir(), "journey-push-"));
const file = (name, content) => {
  writeFileSync(path.join(directory, name), content, { mode: 0o600 });
  return path.join(directory, name);
};

// ---- the daemon

mkdirSync(path.join(directory, "project"));
copyFileSync(path.join(here, "push.journey"), path.join(directory, "project", "push.journey"));

async function daemonWith(name, push, network) {
  const daemon = await startDaemon({
    journey: given.journey, project: path.join(directory, "project"), data: path.join(directory, `${name}-data`),
    config: file(`${name}.yaml`, JSON.stringify({ connectors: { push }, network })),
  });
  return {
    ...daemon,
    async ask(userId, address) {
      await daemon.post("/v1/identify", { userId, traits: { push_token: address, first_name: userId } });
      await daemon.post("/v1/track", { userId, event: "asked" });
    },
  };
}
const accepted = (service, count, daemon) =>
  eventually(
    async () => `${count} accepted; there are ${service.accepted.length} of ${service.asked.length}, ` +
      `${service.problem?.stack ?? "no problem"}\n${daemon?.said() ?? ""}`,
    () => service.accepted.length >= count,
  );
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const text = 'It is "waiting" ☂ 你好';

function selfSigned() {
  const keys = forge.pki.rsa.generateKeyPair(2048);
  const certificate = forge.pki.createCertificate();
  certificate.publicKey = keys.publicKey;
  certificate.serialNumber = "01";
  certificate.validity.notBefore = new Date(Date.now() - 3600_000);
  certificate.validity.notAfter = new Date(Date.now() + 86400_000);
  const name = [{ name: "commonName", value: "127.0.0.1" }];
  certificate.setSubject(name);
  certificate.setIssuer(name);
  certificate.setExtensions([
    { name: "basicConstraints", cA: true },
    { name: "subjectAltName", altNames: [{ type: 7, ip: "127.0.0.1" }] },
  ]);
  certificate.sign(keys.privateKey, forge.md.sha256.create());
  return { key: forge.pki.privateKeyToPem(keys.privateKey), certificate: forge.pki.certificateToPem(certificate) };
}

// ---- the trials

const trials = {
  async "browsers: web-push's own checks pass, and http_ece reads the words"() {
    const vapid = webPush.generateVAPIDKeys();
    const service = await browserPushService({ PushApiModel, jsonwebtoken, publicKey: vapid.publicKey });
    const [ada, bob, cyd, dee] = [await service.subscribe(), await service.subscribe(), await service.subscribe(), await service.subscribe()];

    // First the service itself: what the web-push package sends is taken.
    const theirs = webPush.generateRequestDetails(ada.subscription, "by web-push", {
      vapidDetails: { subject: "mailto:a@shop.example", ...vapid }, contentEncoding: "aes128gcm", topic: "abc",
    });
    await fetch(theirs.endpoint, { method: theirs.method, headers: theirs.headers, body: theirs.body });
    await accepted(service, 1);
    assert.equal(service.accepted[0].plain, "by web-push");

    const daemon = await daemonWith(
      "browsers",
      {
        kind: "web push", "private key": `file:${file("vapid", `${vapid.privateKey}\n`)}`, "public key": vapid.publicKey,
        contact: "mailto:push@shop.example", urgency: "high", "keep seconds": 3600, "more hosts": ["127.0.0.1"],
      },
      { "allow private": true, "allow http": true },
    );
    await daemon.ask("ada", JSON.stringify(ada.subscription));
    await accepted(service, 2, daemon);
    const { headers, plain } = service.accepted[1];
    const words = JSON.parse(plain);
    assert.equal(words.title, "Hello ada");
    assert.equal(words.body, text);
    assert.equal(words.journey, "hello");
    assert.match(words.message, uuid);
    assert.equal(words.tag, words.message);
    assert.equal(headers.ttl, "3600");
    assert.equal(headers.urgency, "high");
    assert.equal(Buffer.from(headers.topic, "base64url").toString("hex"), words.message.replaceAll("-", ""));

    // web-push's headers are ours.
    for (const name of Object.keys(theirs.headers)) assert.ok(headers[name.toLowerCase()], `${name} is there`);
    assert.equal(headers["content-type"], theirs.headers["Content-Type"]);

    service.expire(bob.hash);
    await daemon.ask("bob", JSON.stringify(bob.subscription));
    await daemon.tells("bob", "the subscription is dead");

    // Trouble, then success: the same message, which takes the first one's place.
    service.answers.set(cyd.hash, [{ status: 503 }]);
    await daemon.ask("cyd", JSON.stringify(cyd.subscription));
    await accepted(service, 3, daemon);
    const tries = service.asked.filter((one) => one.hash === cyd.hash);
    assert.equal(tries.length, 2);
    assert.deepEqual(tries[0].body, tries[1].body, "the same bytes");
    assert.equal(tries[0].headers.topic, tries[1].headers.topic);

    // A subscription made with another key does not stop the others.
    service.answers.set(dee.hash, [{ status: 403 }]);
    await daemon.ask("dee", JSON.stringify(dee.subscription));
    await daemon.tells("dee", "another VAPID key");
    await daemon.ask("eve", '{"endpoint":"http://169.254.169.254/latest","keys":' + JSON.stringify(ada.subscription.keys) + "}");
    await daemon.tells("eve", "not at a push service");
    await daemon.ask("ada", JSON.stringify(ada.subscription));
    await accepted(service, 4, daemon);
    await daemon.stop();
    await service.stop();
  },

  async "Apple: node-apn's server side of the world takes ours, over one HTTP/2 connection"() {
    const { privateKey, publicKey } = crypto.generateKeyPairSync("ec", { namedCurve: "P-256" });
    const p8 = privateKey.export({ type: "pkcs8", format: "pem" });
    const names = { keyId: "ABC123DEFG", teamId: "DEF123GHIJ" };
    const { key, certificate } = selfSigned();
    const service = await apple({ jsonwebtoken, key, certificate, signingKey: publicKey, ...names, topic: "com.example.shop" });

    // First the service itself: what node-apn sends is taken.
    const provider = new nodeApn.Provider({
      token: { key: Buffer.from(p8), ...names }, address: "127.0.0.1", port: service.port, ca: [certificate], production: true,
    });
    const note = new nodeApn.Notification({ alert: { title: "t", body: "b" }, topic: "com.example.shop", pushType: "alert" });
    const result = await provider.send(note, "ab".repeat(32));
    assert.equal(result.sent.length, 1, JSON.stringify(result.failed));
    await provider.shutdown();

    const daemon = await daemonWith(
      "apple",
      {
        kind: "apns", key: `file:${file("AuthKey.p8", p8)}`, "key id": names.keyId, "team id": names.teamId,
        topic: "com.example.shop", sound: "default", "keep seconds": 600, base: `https://127.0.0.1:${service.port}`,
      },
      { "allow private": true, "extra ca": file("ca.pem", certificate) },
    );
    const devices = Array.from({ length: 12 }, () => crypto.randomBytes(32).toString("hex"));
    service.tokens.clear();
    await Promise.all(devices.map((device, index) => daemon.ask(`p${index}`, device)));
    await accepted(service, 1 + devices.length, daemon);
    assert.equal(service.tokens.size, 1, "one token for all");
    assert.equal(service.connections, 2, "node-apn's and ours");
    for (const { device, headers, payload } of service.accepted.slice(1)) {
      assert.deepEqual(payload.aps, { alert: { title: `Hello p${devices.indexOf(device)}`, body: text }, sound: "default" });
      assert.match(headers["apns-id"], uuid);
      assert.equal(headers["apns-collapse-id"], headers["apns-id"]);
      assert.equal(payload.message, headers["apns-id"]);
      assert.equal(headers["apns-priority"], "10");
      assert.ok(Math.abs(Number(headers["apns-expiration"]) - Date.now() / 1000 - 600) < 300);
    }

    const dead = "d".repeat(64);
    service.answers.set(dead, [{ status: 410, reason: "Unregistered" }]);
    await daemon.ask("dee", dead);
    await daemon.tells("dee", "token is dead");

    const unlucky = "e".repeat(64);
    service.answers.set(unlucky, [{ status: 503, reason: "ServiceUnavailable" }]);
    await daemon.ask("eve", unlucky);
    await accepted(service, 2 + devices.length, daemon);
    const tries = service.asked.filter((one) => one.device === unlucky);
    assert.equal(tries.length, 2);
    assert.deepEqual(tries[0].body, tries[1].body);
    assert.equal(tries[0].headers["apns-id"], tries[1].headers["apns-id"]);

    // Refused streams and dead connections: as many requests as the engine made attempts, none by libcurl's own will.
    const shy = "f".repeat(64);
    service.answers.set(shy, [{ refuse: true }]);
    await daemon.ask("fay", shy);
    await accepted(service, 3 + devices.length, daemon);
    assert.equal(service.asked.filter((one) => one.device === shy).length, 2);
    await eventually(async () => `two attempts in ${await daemon.story("fay")}`,
      async () => JSON.parse(await daemon.story("fay")).timeline.some((line) => line.fields.attempts === 2));
    for (const session of service.sessions) session.destroy();
    const calm = "c".repeat(64);
    await daemon.ask("cyd", calm);
    await accepted(service, 4 + devices.length, daemon);
    assert.equal(service.accepted.filter((one) => one.device === calm).length, 1);
    await daemon.stop();
    await service.stop();
  },

  async "Google: the claim is sound, the token shared, and Firebase's names kept"() {
    const { privateKey, publicKey } = crypto.generateKeyPairSync("rsa", { modulusLength: 2048 });
    const account = { email: "push@my-shop.iam.gserviceaccount.com", keyId: "0123abcd", project: "my-shop" };
    const service = await google({ jsonwebtoken, signingKey: publicKey, ...account });
    const accountFile = (key) =>
      JSON.stringify({
        type: "service_account", project_id: account.project, private_key_id: account.keyId, client_email: account.email,
        private_key: key.export({ type: "pkcs8", format: "pem" }), token_uri: `${service.origin}/token`,
      }, null, 2);
    const network = { "allow private": true, "allow http": true };
    const push = (key) => ({
      kind: "fcm", "service account": `file:${file("account.json", accountFile(key))}`, base: service.origin, priority: "high",
    });
    const daemon = await daemonWith("google", push(privateKey), network);
    await Promise.all(["a", "b", "c", "d", "e", "f"].map((name) => daemon.ask(name, `token-${name}:APA91b`)));
    await accepted(service, 6, daemon);
    assert.equal(service.tokens.length, 1, "one token for all");
    const ada = service.accepted.find((message) => message.token === "token-a:APA91b");
    assert.deepEqual(ada.notification, { title: "Hello a", body: text });
    const key = ada.data.message;
    assert.match(key, uuid);
    assert.equal(ada.android.collapse_key, key);
    assert.equal(ada.android.notification.tag, key);
    assert.equal(ada.android.priority, "high");
    assert.equal(ada.apns.headers["apns-collapse-id"], key);

    service.answers.set("dead", [{ status: 404, word: "NOT_FOUND", code: "UNREGISTERED" }]);
    await daemon.ask("dee", "dead");
    await daemon.tells("dee", "token is dead");

    service.answers.set("busy", [{ status: 429, word: "RESOURCE_EXHAUSTED", code: "QUOTA_EXCEEDED", headers: { "retry-after": "1" } }]);
    await daemon.ask("eve", "busy");
    await accepted(service, 7, daemon);
    const tries = service.asked.filter((one) => one.body.includes('"busy"'));
    assert.equal(tries.length, 2);
    assert.deepEqual(tries[0].body.toString().replace(/"apns-expiration":"\d+"/, ""),
      tries[1].body.toString().replace(/"apns-expiration":"\d+"/, ""));
    await daemon.stop();

    // A key that Google does not know: nothing is sent, and the reason is said without the key.
    const stranger = crypto.generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
    const asked = service.asked.length;
    const refused = await daemonWith("stranger", push(stranger), network);
    await refused.ask("fay", "token-fay");
    await eventually(() => `token.failed in ${refused.said()}`, () => /invalid_grant/.test(refused.said()));
    assert.equal(service.asked.length, asked);
    assert.doesNotMatch(refused.said(), /PRIVATE KEY|assertion/);
    await refused.stop();
    await service.stop();
  },
};

let failures = 0;
for (const [name, trial] of Object.entries(trials)) {
  try {
    await trial();
    console.log(`ok    ${name}`);
  } catch (problem) {
    failures += 1;
    console.log(`FAILED ${name}\n${problem.stack}`);
  }
}
rmSync(directory, { recursive: true, force: true });
process.exit(failures === 0 ? 0 : 1);
