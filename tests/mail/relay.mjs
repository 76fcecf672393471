// The daemon against real mail servers: npm's smtp-server with STARTTLS and a login, and, where OpenSMTPD is installed and
// we are root, OpenSMTPD as the relay that is refused by the recipient's server and mails the daemon a bounce of its own
// making.
//
//   node relay.mjs --journey PROGRAM --modules DIRECTORY [--smtpd PROGRAM]
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { generateKeyPairSync, createPublicKey } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import net from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const { values: given } = parseArgs({
  options: { journey: { type: "string" }, modules: { type: "string" }, smtpd: { type: "string" } },
});
const need = createRequire(path.join(path.resolve(given.modules), "package.json"));
const { simpleParser } = need("mailparser");
const { SMTPServer } = need("smtp-server");
const { dkimVerify } = need("mailauth/lib/dkim/verify");
const here = path.dirname(fileURLToPath(import.meta.url));
const folder = mkdtempSync(path.join(tmpdir(), "journey-relay-"));
const running = new Set();
process.on("exit", () => {
  for (const child of running) child.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true });
});

async function eventually(what, ready) {
  for (const until = Date.now() + 20_000; Date.now() < until; ) {
    const found = await ready();
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`in vain: ${what}`);
}

async function freePort() {
  const server = net.createServer();
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

// ---- a mail server of our own

const certificate = { key: path.join(folder, "key.pem"), cert: path.join(folder, "cert.pem") };
execFileSync("openssl", ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
  "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", certificate.key, "-out", certificate.cert],
  { stdio: "ignore" });

async function mailServer(options, onMail) {
  const server = new SMTPServer({
    key: readFileSync(certificate.key),
    cert: readFileSync(certificate.cert),
    ...options,
    onData(stream, session, done) {
      const chunks = [];
      stream.on("data", (chunk) => chunks.push(chunk));
      stream.on("end", () => done(onMail(Buffer.concat(chunks), session)));
    },
  });
  server.on("error", () => {}); // a client that hangs up
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { port: server.server.address().port, close: () => new Promise((resolve) => server.close(resolve)) };
}

// ---- the daemon

const { privateKey } = generateKeyPairSync("ed25519");
writeFileSync(path.join(folder, "dkim.pem"), privateKey.export({ type: "pkcs8", format: "pem" }));
const bare = createPublicKey(privateKey).export({ type: "spki", format: "der" }).subarray(-32).toString("base64");
const resolver = async () => [[`v=DKIM1; k=ed25519; p=${bare}`]];

async function daemon(name, mail, network) {
  const home = path.join(folder, name);
  const box = path.join(home, "bounces");
  for (const part of ["new", "tmp"]) mkdirSync(path.join(box, part), { recursive: true });
  mkdirSync(path.join(home, "project"));
  writeFileSync(path.join(home, "project", "shop.journey"), readFileSync(path.join(here, "shop.journey")));
  writeFileSync(path.join(home, "c.yaml"), `public url: https://hello.shop.example
connectors:
  email:
    kind: smtp
${mail}
    reply to: Help <help@shop.example>
    feedback id: shopmail
    dkim:
      - {domain: shop.example, selector: a1, key: "file:${folder}/dkim.pem"}
    bounces: {address: bounces@mail.shop.example, mailbox: "${box}", secrets: ["env:BOUNCE_SECRET"]}
${network}
`);
  const child = spawn(path.resolve(given.journey),
    ["serve", path.join(home, "project"), "--config", path.join(home, "c.yaml"), "--data", path.join(home, "data"),
     "--listen", "127.0.0.1:0"],
    { stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, JOURNEY_LANG: "en", BOUNCE_SECRET: "come-back", MAIL_PASSWORD: "open sesame" } });
  running.add(child);
  let said = "";
  const url = await new Promise((resolve, reject) => {
    const listen = (chunk) => {
      said += chunk;
      const found = /serves on (http:\/\/127\.0\.0\.1:\d+)/.exec(said);
      if (found) resolve(found[1]);
    };
    child.stdout.on("data", listen);
    child.stderr.on("data", listen);
    child.on("exit", (code) => reject(new Error(`the daemon ended with ${code}:\n${said}`)));
  });
  const key = (file) => readFileSync(path.join(home, "data", "keys", file), "utf8").trim();
  const post = async (where, body) => {
    const answer = await fetch(url + where, {
      method: "POST", body: JSON.stringify(body),
      headers: { "content-type": "application/json", authorization: "Basic " + btoa(key("write_key") + ":") },
    });
    assert.equal(answer.status, 200, `${where}: ${await answer.text()}`);
  };
  return {
    box, url,
    said: () => said,
    async ask(person, email, id = person) {
      await post("/v1/identify", { userId: person, traits: { email } });
      await post("/v1/track", { userId: person, event: "Asked", messageId: id });
    },
    async story(person) {
      const answer = await fetch(`${url}/admin/people/user%3A${person}/timeline`, { headers: { authorization: `Bearer ${key("admin_token")}` } });
      return answer.text();
    },
    tells(person, words) {
      return eventually(`${person}: ${words}`, async () => (await this.story(person)).includes(words));
    },
    drop(file, mail) { // as a mail server delivers into a Maildir
      writeFileSync(path.join(box, "tmp", file), mail);
      renameSync(path.join(box, "tmp", file), path.join(box, "new", file));
    },
    async stop() {
      child.removeAllListeners("exit");
      const ended = new Promise((resolve) => child.on("exit", resolve));
      child.kill("SIGTERM");
      assert.equal(await ended, 0, said);
      running.delete(child);
    },
  };
}

const example = (name, reference) =>
  readFileSync(path.join(here, "../connectors/email/bounce/corpus", `${name}.eml`), "utf8")
    .replaceAll("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJyg", reference);
const referenceOf = (envelope) => /^bounces\+([\w-]{55})@mail\.shop\.example$/.exec(envelope.mailFrom.address)?.[1];

// ---- npm's smtp-server: STARTTLS, a login, kept connections, SMTPUTF8; what comes back

async function withOurServer() {
  const got = [];
  let connections = 0;
  const server = await mailServer({
    authMethods: ["PLAIN"],
    onConnect(session, done) { connections += 1; done(); },
    onAuth(auth, session, done) {
      if (!session.secure || auth.username !== "journeys" || auth.password !== "open sesame") return done(new Error("no"));
      done(null, { user: auth.username });
    },
  }, (mail, session) => { got.push({ mail, to: session.envelope.rcptTo[0].address, envelope: session.envelope, secure: session.secure, user: session.user }); });
  const shop = await daemon("ours", `    url: smtp://localhost:${server.port}
    user: journeys
    password: env:MAIL_PASSWORD
    parallel: 2
    domains: {slow.example: 5 per second, other: 500 per second}
    warm up: {from: 2020-01-01, start: 500 a day, doubles every: 3 days, until: 100000 a day}`,
    `network: {allow private: yes, extra ca: "${certificate.cert}"}`);
  const to = (address) => eventually(`a mail to ${address}`, () => got.find((one) => one.to === address));

  await shop.ask("ada", "ada@mail.example");
  const first = await to("ada@mail.example");
  assert.ok(first.secure && first.user === "journeys", "over TLS, logged in");
  const read = await simpleParser(first.mail);
  assert.equal(read.subject, "Ein Brief für ada@mail.example");
  assert.equal(read.headers.get("x-journey-reference"), referenceOf(first.envelope));
  const [signature] = (await dkimVerify(first.mail, { resolver })).results;
  assert.equal(signature.status.result, "pass", "the signature survived the way");

  for (let i = 0; i < 40; ++i) await shop.ask(`p${i}`, `p${i}@mail.example`);
  await eventually("all mails", () => got.length === 41);
  assert.ok(connections <= 2, `41 mails over ${connections} connections`);

  await shop.ask("jose", "josé@bücher.example");
  // The server shows the domain, which was ASCII on the wire, as people write it.
  const international = await to("josé@bücher.example");
  assert.equal((await simpleParser(international.mail)).to.value[0].address.normalize(), "josé@bücher.example");

  // A bounce in the mailbox ends the journey, and nothing more is sent there.
  shop.drop("1.bounce", example("postfix_unknown_user", referenceOf(first.envelope)));
  await shop.tells("ada", "it_bounced");
  await shop.tells("ada", "on the suppression list: hard bounce");
  await shop.ask("ada", "ada@mail.example", "again");
  await shop.tells("ada", '"status":"skipped"');
  assert.equal(got.filter((one) => one.to === "ada@mail.example").length, 1);

  // A soft one does not suppress; the same notice twice is one.
  const second = await to("p0@mail.example");
  for (const file of ["2.bounce", "3.bounce"]) shop.drop(file, example("qq_full", referenceOf(second.envelope)));
  await shop.tells("p0", "it_bounced");
  assert.doesNotMatch(await shop.story("p0"), /on the suppression list/);
  await shop.ask("p0", "p0@mail.example", "again");
  await eventually("a second mail", () => got.filter((one) => one.to === "p0@mail.example").length === 2);

  // A complaint by the webhook, with the secret only.
  const third = await to("p1@mail.example");
  const post = async (secret) => (await fetch(`${shop.url}/r/email`, {
    method: "POST", body: example("arf_abuse", referenceOf(third.envelope)),
    headers: { "content-type": "message/rfc822", authorization: `Bearer ${secret}` },
  })).status;
  assert.equal(await post("guessed"), 403);
  assert.equal(await post("come-back"), 204);
  await shop.tells("p1", "it_was_hated");

  // Somebody else's token, an answering machine, no mail at all: kept, the strange ones for a person to look at.
  shop.drop("4.forged", example("postfix_unknown_user", "A".repeat(55)));
  shop.drop("5.vacation", example("vacation", referenceOf((await to("p2@mail.example")).envelope)));
  shop.drop("6.nonsense", "\0\0\0");
  await eventually("an empty mailbox", () => readdirSync(path.join(shop.box, "new")).length === 0);
  await eventually("all kept", () => readdirSync(path.join(shop.box, "cur")).length === 6);
  assert.deepEqual(readdirSync(path.join(shop.box, "cur")).sort(),
    ["1.bounce:2,S", "2.bounce:2,S", "3.bounce:2,S", "4.forged:2,F", "5.vacation:2,S", "6.nonsense:2,F"]);
  assert.doesNotMatch(await shop.story("p2"), /it_bounced/);
  assert.doesNotMatch(shop.said(), /@mail\.example|come-back|open sesame/, "no address and no secret in the log");
  await shop.stop();
  await server.close();
  return got.length;
}

// ---- OpenSMTPD between us and the recipient's server

async function withOpenSmtpd() {
  const rejected = new Set(["gone@elsewhere.example"]);
  let delivered = 0;
  const recipients = await mailServer({
    authOptional: true, disabledCommands: ["STARTTLS", "AUTH"],
    onRcptTo(address, session, done) {
      if (!rejected.has(address.address)) return done();
      done(Object.assign(new Error("5.1.1 <gone@elsewhere.example>: user unknown"), { responseCode: 550 }));
    },
  }, () => { delivered += 1; });
  let number = 0;
  let shop;
  const backAgain = await mailServer({ authOptional: true, disabledCommands: ["STARTTLS", "AUTH"] }, (mail, session) => {
    const [to] = session.envelope.rcptTo;
    shop.drop(`${++number}.back`, Buffer.concat([Buffer.from(`Delivered-To: ${to.address}\r\n`), mail]));
  });
  const port = await freePort();
  const settings = path.join(folder, "smtpd.conf");
  writeFileSync(settings, `listen on 127.0.0.1 port ${port}
action "back" relay host "smtp://127.0.0.1:${backAgain.port}"
action "out" relay host "smtp://127.0.0.1:${recipients.port}"
match from any for domain "mail.shop.example" action "back"
match from any for any action "out"
`);
  const smtpd = spawn(given.smtpd, ["-d", "-f", settings], { stdio: ["ignore", "pipe", "pipe"] });
  running.add(smtpd);
  let said = "";
  for (const stream of [smtpd.stdout, smtpd.stderr]) stream.on("data", (chunk) => (said += chunk));
  await eventually("OpenSMTPD listens", () => new Promise((resolve) => {
    const probe = net.connect(port, "127.0.0.1", () => { probe.destroy(); resolve(true); });
    probe.on("error", () => resolve(false));
  })).catch((problem) => { throw new Error(`${problem.message}\n${said}`); });

  shop = await daemon("opensmtpd", `    url: smtp://127.0.0.1:${port}
    require tls: no`, "network: {allow private: yes}");
  await shop.ask("bob", "bob@elsewhere.example");
  await eventually("the mail goes through", () => delivered === 1).catch((problem) => { throw new Error(`${problem.message}\n${said}`); });
  await shop.ask("gone", "gone@elsewhere.example");
  await shop.tells("gone", "it_bounced").catch((problem) => { throw new Error(`${problem.message}\n${said}\n${shop.said()}`); });
  await shop.tells("gone", "on the suppression list: hard bounce"); // it was read as a hard one
  await shop.stop();
  const ended = new Promise((resolve) => smtpd.on("exit", resolve));
  smtpd.kill("SIGTERM");
  await ended;
  running.delete(smtpd);
  await recipients.close();
  await backAgain.close();
}

const mails = await withOurServer();
let second = "";
if (given.smtpd) {
  await withOpenSmtpd();
  second = "; a bounce of OpenSMTPD's own making ended a journey";
}
console.log(`${mails} mails through npm's smtp-server${second}`);
process.exit(0);
