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

import { eventually, freePort, startDaemon } from "../npm/daemon.mjs";

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

const logo = Buffer.from("89504e470d0a1a0a00ff0d0a2e0d0a", "hex");
const files = {
  "offers.csv": "sku,price,title\nA-1,19.90,\"Hut, grün\"\n",
  "letter.html": "<p>{{ offers['A-1'].title }}: {{ offers['A-1'].price | money }}</p><img src=\"cid:logo\">",
  "files/Unsere Bedingungen für Sie.pdf": "%PDF-1.7 kind",
  "images/logo.png": logo,
};

async function daemon(name, mail, network) {
  const home = path.join(folder, name);
  const box = path.join(home, "bounces");
  for (const part of ["new", "tmp"]) mkdirSync(path.join(box, part), { recursive: true });
  mkdirSync(path.join(home, "project"));
  writeFileSync(path.join(home, "project", "shop.journey"), readFileSync(path.join(here, "shop.journey")));
  for (const [file, content] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(home, "project", file)), { recursive: true });
    writeFileSync(path.join(home, "project", file), content);
  }
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
  const one = await startDaemon({
    journey: given.journey, project: path.join(home, "project"), data: path.join(home, "data"),
    config: path.join(home, "c.yaml"), env: { BOUNCE_SECRET: "come-back", MAIL_PASSWORD: "open sesame" },
  });
  return {
    ...one, box,
    async ask(person, email, id = person) {
      await one.post("/v1/identify", { userId: person, traits: { email } });
      await one.post("/v1/track", { userId: person, event: "Asked", messageId: id });
    },
    drop(file, mail) { // as a mail server delivers into a Maildir
      writeFileSync(path.join(box, "tmp", file), mail);
      renameSync(path.join(box, "tmp", file), path.join(box, "new", file));
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
  const read = await simpleParser(first.mail, { keepCidLinks: true });
  assert.match(read.text, /about Hut, grün\./);
  assert.match(read.html, /<p>Hut, grün: (€19\.90|19[.,]90 ?€)<\/p>/);
  const [picture, terms] = read.attachments.sort((a, b) => Number(b.related) - Number(a.related));
  assert.equal(read.attachments.length, 2);
  assert.deepEqual([picture.related, picture.contentType, picture.contentDisposition], [true, "image/png", "inline"]);
  assert.equal(picture.contentId, "<logo@shop.example>");
  assert.ok(read.html.includes(`<img src="cid:${picture.cid}">`), read.html);
  assert.deepEqual(picture.content, logo);
  assert.deepEqual([terms.contentType, terms.contentDisposition, terms.filename.normalize(), terms.content.toString()],
    ["application/pdf", "attachment", "Unsere Bedingungen für Sie.pdf", "%PDF-1.7 kind"]);
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
