// @segment/analytics-node pointed at the real daemon: every call it offers arrives, and the retry after a lost answer
// counts once.
//
//   node segment_client.mjs --journey build/release/bin/journey     starts its own daemon on a new data directory
//   node segment_client.mjs --url http://127.0.0.1:8080 --write-key KEY --admin-token TOKEN
//
// The package comes from `--modules DIRECTORY` (the one with node_modules in it; default: the current one).
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import http from "node:http";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

import { eventually, startDaemon } from "../npm/daemon.mjs";

const { values: given } = parseArgs({
  options: {
    journey: { type: "string" },
    url: { type: "string" },
    "write-key": { type: "string" },
    "admin-token": { type: "string" },
    modules: { type: "string", default: process.cwd() },
  },
});
const here = path.dirname(fileURLToPath(import.meta.url));
const { Analytics } = createRequire(path.join(path.resolve(given.modules), "package.json"))("@segment/analytics-node");

// ---- the daemon

async function ownDaemon(journey) {
  const folder = mkdtempSync(path.join(tmpdir(), "journey-segment-"));
  const daemon = await startDaemon({ journey, project: here, data: path.join(folder, "data") });
  return {
    url: daemon.url, writeKey: daemon.key("write_key"), adminToken: daemon.key("admin_token"),
    async stop() {
      await daemon.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const daemon = given.journey
  ? await ownDaemon(given.journey)
  : { url: given.url, writeKey: given["write-key"], adminToken: given["admin-token"], async stop() {} };

async function admin(where) {
  const answer = await fetch(daemon.url + where, { headers: { authorization: `Bearer ${daemon.adminToken}` } });
  return { status: answer.status, body: await answer.json() };
}
const counts = async () => (await admin("/admin/journeys")).body;
// Events are acknowledged when durable and seen when applied, a moment later.
const story = async (id) => (await admin(`/admin/people/${encodeURIComponent(id)}/timeline`)).body;
const eventsOf = async (id) => ((await story(id)).timeline ?? []).filter((line) => line.kind === "event");

function client(options = {}) {
  const analytics = new Analytics({
    writeKey: daemon.writeKey, host: daemon.url, flushAt: 15, flushInterval: 50, ...options,
  });
  analytics.errors = [];
  analytics.on("error", (error) => analytics.errors.push(error));
  return analytics;
}
const sent = (call) => new Promise((resolve) => call((error, context) => resolve({ error, context })));

// ---- the trials

const tag = `${process.pid}-${Date.now()}`;
const trials = {
  async "every call arrives and is delivered in the client's eyes"() {
    const user = `ada-${tag}`;
    const anonymous = `anon-${tag}`;
    const before = await counts();
    const analytics = client();
    const results = await Promise.all([
      sent((done) => analytics.track({ anonymousId: anonymous, event: "Order Completed", properties: { orderId: "o-0" } }, done)),
      sent((done) => analytics.identify({ userId: user, anonymousId: anonymous, traits: { email: `${user}@shop.example`, firstName: "Ada" }, context: { locale: "de-DE" } }, done)),
      sent((done) => analytics.track({ userId: user, event: "signed_up" }, done)),
      sent((done) => analytics.page({ userId: user, name: "Home", properties: { url: "/" } }, done)),
      sent((done) => analytics.screen({ userId: user, name: "Main" }, done)),
      sent((done) => analytics.group({ userId: user, groupId: "acme", traits: { name: "Acme" } }, done)),
      sent((done) => analytics.alias({ userId: user, previousId: `old-${tag}` }, done)),
    ]);
    await analytics.closeAndFlush();
    for (const { error } of results) assert.equal(error, undefined);
    assert.deepEqual(analytics.errors, []);
    const after = await eventually("four events", async () => {
      const now = await counts();
      return now.events >= before.events + 4 && now;
    });
    assert.equal(after.events, before.events + 4, "order, sign-up, page and screen");
    assert.equal(after.unknown_events, before.unknown_events);
    const person = await eventually("the merged person", async () => {
      const now = await story(`user:${user}`);
      return (now.timeline ?? []).filter((line) => line.kind === "event").length >= 4 && now;
    });
    const profile = JSON.stringify(person.profile);
    for (const value of [`${user}@shop.example`, "Ada", "de-DE", "acme"]) assert.ok(profile.includes(value), `${value} in ${profile}`);
    await eventually("the entry into welcome", async () => {
      const welcome = (await counts()).journeys.find((journey) => journey.name === "welcome");
      return welcome && welcome.entered >= 1;
    });
  },

  async "a retry after a lost answer is not counted twice"() {
    const user = `bob-${tag}`;
    const before = await counts();
    // The first attempt reaches the daemon, and its answer is lost: the client meets a 503 and repeats an event
    // that is already durable.
    const bodies = [];
    const proxy = http.createServer(async (request, response) => {
      const chunks = [];
      for await (const chunk of request) chunks.push(chunk);
      const body = Buffer.concat(chunks);
      bodies.push(JSON.parse(body.toString()));
      const headers = { "content-type": "application/json" };
      // Version 2 carries its key in the body instead.
      if (request.headers.authorization) headers.authorization = request.headers.authorization;
      const answer = await fetch(daemon.url + request.url, { method: "POST", headers, body });
      const text = await answer.text();
      if (bodies.length === 1) {
        assert.equal(answer.status, 200, text);
        response.writeHead(503).end();
      } else {
        response.writeHead(answer.status, { "content-type": "application/json" }).end(text);
      }
    });
    await new Promise((resolve) => proxy.listen(0, "127.0.0.1", resolve));
    const analytics = client({ host: `http://127.0.0.1:${proxy.address().port}`, maxRetries: 5 });
    const results = await Promise.all(["o-1", "o-2", "o-3"].map((orderId) =>
      sent((done) => analytics.track({ userId: user, event: "order_completed", properties: { orderId } }, done))));
    await analytics.closeAndFlush();
    proxy.close();
    for (const { error } of results) assert.equal(error, undefined);
    assert.equal(bodies.length, 2, "one attempt and one retry");
    const ids = bodies.map((body) => body.batch.map((event) => event.messageId));
    assert.deepEqual(ids[1], ids[0], "the retry carries the same message ids");
    const after = await eventually("the duplicates", async () => {
      const now = await counts();
      return now.duplicates >= before.duplicates + 3 && now;
    });
    assert.equal(after.events, before.events + 3);
    assert.equal(after.duplicates, before.duplicates + 3);
    assert.equal((await eventsOf(`user:${user}`)).length, 3);
  },

  async "a wrong key is told to the caller"() {
    // Version 2 of the client repeats even a 401; nothing here depends on how often.
    const analytics = client({ writeKey: "wrong", maxRetries: 0 });
    const { error } = await sent((done) => analytics.track({ userId: `eve-${tag}`, event: "signed_up" }, done));
    await analytics.closeAndFlush();
    assert.match(String(error?.message ?? error), /401/);
    assert.equal((await admin(`/admin/people/eve-${tag}/timeline`)).status, 404);
  },

  async "one bad event does not take its batch with it"() {
    const user = `cleo-${tag}`;
    const analytics = client();
    const results = await Promise.all([
      sent((done) => analytics.track({ userId: user, event: "signed_up" }, done)),
      sent((done) => analytics.track({ userId: user, event: "order_completed", timestamp: new Date("2999-01-01"), properties: { orderId: "o" } }, done)),
      sent((done) => analytics.track({ userId: user, event: "order_completed", properties: { orderId: "o" } }, done)),
    ]);
    await analytics.closeAndFlush();
    for (const { error } of results) assert.equal(error, undefined);
    await eventually("the two good events", async () => (await eventsOf(`user:${user}`)).length === 2);
  },
};

let failed = 0;
for (const [name, trial] of Object.entries(trials)) {
  try {
    await trial();
    console.log(`ok   ${name}`);
  } catch (error) {
    ++failed;
    console.log(`FAIL ${name}\n     ${error.stack}`);
  }
}
await daemon.stop();
process.exit(failed === 0 ? 0 : 1);
