// Our letters, read by mailparser, their signatures verified by mailauth and, where Debian's python3-dkim is installed, by
// dkimpy. A letter that was changed on its way must not verify.
//
//   node letters.mjs --letters PROGRAM --modules DIRECTORY [--python PROGRAM]
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash, generateKeyPairSync } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const { values: given } = parseArgs({
  options: { letters: { type: "string" }, modules: { type: "string" }, python: { type: "string" } },
});
const need = createRequire(path.join(path.resolve(given.modules), "package.json"));
const { simpleParser } = need("mailparser");
const { dkimVerify } = need("mailauth/lib/dkim/verify");
const here = path.dirname(fileURLToPath(import.meta.url));
const folder = mkdtempSync(path.join(tmpdir(), "journey-letters-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));

function keyFile(name, kind, options) {
  const { privateKey } = generateKeyPairSync(kind, options);
  const file = path.join(folder, name);
  writeFileSync(file, privateKey.export({ type: "pkcs8", format: "pem" }));
  return file;
}
const rsa = keyFile("rsa.pem", "rsa", { modulusLength: 2048 });
const ed25519 = keyFile("ed25519.pem", "ed25519", {});
execFileSync(given.letters, [folder, rsa, ed25519], { stdio: "inherit" });

const letters = JSON.parse(readFileSync(path.join(folder, "letters.json"), "utf8"));
const dns = JSON.parse(readFileSync(path.join(folder, "dns.json"), "utf8"));
const resolver = async (name, kind) => {
  assert.equal(kind, "TXT");
  if (!dns[name]) throw Object.assign(new Error("no such name"), { code: "ENOTFOUND" });
  return [[dns[name]]];
};
const mailOf = (name) => readFileSync(path.join(folder, `${name}.eml`));
const sha256 = (bytes) => createHash("sha256").update(bytes).digest("hex");

// ---- read

const lines = (text) => text.replace(/\r\n/g, "\n").trimEnd();
for (const letter of letters) {
  const bytes = mailOf(letter.file);
  for (const line of bytes.toString("latin1").split("\r\n")) assert.ok(line.length <= 998, `${letter.file}: a line is too long`);
  const mail = await simpleParser(bytes, { skipImageLinks: true });
  const say = (what) => `${letter.file}: ${what}`;
  assert.equal(mail.subject.trim(), letter.subject.trim(), say("subject"));
  assert.equal(mail.messageId, `<${letter.key}@shop.example>`, say("message id"));
  assert.equal(mail.date.toISOString(), "2026-11-21T10:00:00.000Z", say("date"));
  assert.equal(mail.from.value[0].address, "hello@shop.example", say("from"));
  const name = /^(.*) <[^>]*>$/.exec(letter.from || "Shop <hello@shop.example>")[1];
  assert.equal(mail.from.value[0].name, name.replace(/^"|"$/g, "").replaceAll('\\"', '"'), say("from's name"));
  assert.deepEqual(mail.replyTo.value[0], { address: "help@shop.example", name: "Hilfe & Rat" }, say("reply to"));
  assert.equal(mail.to.value[0].address.normalize(), letter.to, say("to"));
  if (letter.text) assert.equal(lines(mail.text), lines(letter.text), say("text"));
  assert.ok(mail.text.length > 0, say("there is a text"));
  assert.equal(mail.headers.get("x-journey-reference"), letter.reference, say("reference"));
  assert.equal(mail.headers.get("auto-submitted"), "auto-generated", say("auto-submitted"));
  const kind = letter.unsubscribe ? "marketing" : "transactional";
  assert.equal(mail.headers.get("feedback-id"), `welcome:cart:${kind}:shopmail`, say("feedback id"));
  if (letter.unsubscribe) {
    const list = mail.headers.get("list");
    assert.equal(list.unsubscribe.url, letter.unsubscribe, say("way out"));
    assert.equal(list["unsubscribe-post"].name, "List-Unsubscribe=One-Click", say("one click"));
    assert.equal(list.id.name, "welcome.shop.example", say(`list id ${JSON.stringify(list)}`));
  }
  const attached = mail.attachments.filter((one) => one.contentDisposition === "attachment");
  const shown = mail.attachments.filter((one) => one.contentDisposition === "inline");
  const files = letter.files.filter((one) => !one.cid);
  assert.deepEqual(
    attached.map((one) => ({ name: one.filename, type: one.contentType, cid: "", sha256: sha256(one.content) })),
    files,
    say("attachments"),
  );
  for (const file of letter.files.filter((one) => one.cid)) {
    const found = shown.find((one) => one.cid === file.cid);
    assert.ok(found?.related, say(`${file.cid} stands beside the HTML`));
    assert.equal(sha256(found.content), file.sha256, say(file.cid));
  }
  if (letter.file === "pictures") {
    const image = shown.find((one) => one.contentType === "image/png");
    assert.equal(image.content.toString("hex"), "89504e470d0a1a0a", say("the data: image"));
    assert.ok(mail.html.includes(`cid:${image.cid}`), say("the HTML shows it"));
  } else if (letter.html) {
    assert.equal(lines(mail.html), letter.html, say("html"));
  }
}

// ---- verified

const results = async (bytes) => (await dkimVerify(bytes, { resolver })).results;
for (const letter of letters) {
  const found = await results(mailOf(letter.file));
  assert.equal(found.length, 2, `${letter.file}: two signatures`);
  for (const one of found) {
    assert.equal(one.status.result, "pass", `${letter.file}: ${one.algo}: ${one.status.comment}`);
    assert.equal(one.signingDomain, "shop.example");
  }
  assert.deepEqual(found.map((one) => one.algo).sort(), ["ed25519-sha256", "rsa-sha256"]);
}
const whole = mailOf("marketing").toString("latin1");
const changes = {
  "a word of the text": (mail) => mail.replace("Hi Ada", "Hi Bob"),
  "the subject": (mail) => mail.replace("Subject: Your", "Subject: My"),
  "a second From": (mail) => mail.replace("MIME-Version", "From: eve@evil.example\r\nMIME-Version"),
  "a second Subject on top": (mail) => mail.replace("Date:", "Subject: Prize\r\nDate:"),
  "a Cc": (mail) => mail.replace("MIME-Version", "Cc: eve@evil.example\r\nMIME-Version"),
  "another way out": (mail) => mail.replace("u/TOKEN", "u/OTHER"),
  "a second way out": (mail) => mail.replace("MIME-Version", "List-Unsubscribe: <https://evil.example>\r\nMIME-Version"),
  "no one-click": (mail) => mail.replace(/List-Unsubscribe-Post: [^\r]*\r\n/, ""),
  "another reference": (mail) => mail.replace("X-Journey-Reference: AAEC", "X-Journey-Reference: BBEC"),
};
for (const [what, change] of Object.entries(changes)) {
  const changed = change(whole);
  assert.notEqual(changed, whole, what);
  for (const one of await results(Buffer.from(changed, "latin1"))) assert.notEqual(one.status.result, "pass", what);
}
const folded = whole.replace("Subject: Your cart", "Subject:  Your\r\n\tcart").replace(/X-Journey/, "X-Added: 1\r\nX-Journey");
for (const one of await results(Buffer.from(folded, "latin1"))) assert.equal(one.status.result, "pass", "blanks and added headers");

let second = "";
if (given.python) {
  execFileSync(given.python, [path.join(here, "verify.py"), folder, ...letters.map((one) => one.file)], { stdio: "inherit" });
  second = " and dkimpy";
}
console.log(`${letters.length} letters read by mailparser, verified by mailauth${second}`);
