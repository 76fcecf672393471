// journey fix on files: what it prints, writes and answers.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";

const { values: given } = parseArgs({ options: { journey: { type: "string" } } });
const folder = mkdtempSync(path.join(tmpdir(), "journey-fix-"));
const write = (name, text) => writeFileSync(path.join(folder, name), text);
const read = (name) => readFileSync(path.join(folder, name), "utf8");
const fix = (...more) => spawnSync(path.resolve(given.journey), ["fix", ...more], { cwd: folder, encoding: "utf8", env: { ...process.env, JOURNEY_LANG: "en" } });

try {
  write("shop.journey", "language 1\nprofile user {\n  email string\n}\nevent signed_up {\n  source string required\n}\n");
  const wrong = '\uFEFFlanguage 1\r\nuse "shop.journey"\r\n# 你好\r\nsegment new "New" = did(signed_upp within 30 days)\r\n';
  write("a.journey", wrong);

  const dry = fix("--dry-run", ".");
  assert.equal(dry.status, 1, dry.stderr);
  assert.match(dry.stdout, /^--- a\/a\.journey\n\+\+\+ b\/a\.journey\n@@ -1,4 \+1,4 @@\n/);
  assert.match(dry.stdout, /^-segment new "New" = did\(signed_upp within 30 days\)\r\n\+segment new "New" = did\(signed_up within/m);
  assert.match(dry.stderr, /1 mend in 1 file; nothing was written/);
  assert.equal(read("a.journey"), wrong);

  const done = fix();
  assert.equal(done.status, 0, done.stderr);
  assert.equal(done.stdout, dry.stdout);
  assert.equal(read("a.journey"), wrong.replace("signed_upp", "signed_up"), "line ends and the mark stay");
  assert.deepEqual(readdirSync(folder).sort(), ["a.journey", "shop.journey"], "no drafts are left");

  const again = fix();
  assert.equal(again.status, 0);
  assert.equal(again.stdout, "");
  assert.match(again.stderr, /0 mends in 0 files/);

  // What is not certain is the author's; so is a used file that nobody asked for.
  write("b.journey", 'language 1\nuse "shop.journey"\nsegment other "Other" = did(nothing_like_it within 30 days)\n');
  const left = fix("b.journey");
  assert.equal(left.status, 1);
  assert.match(left.stderr, /1 mistake is left/);
  rmSync(path.join(folder, "b.journey"));
  write("c.journey.yaml", "language: 1\nuse: [shop.journey]\njourney: hi\ntitle: Hi\nversion: 1\nenter:\n  when: signed_upp\nreenter: never\ndo:\n  - stop: as done\n");
  fix("c.journey.yaml");
  assert.match(read("c.journey.yaml"), /when: signed_up\n/);

  assert.equal(fix("nowhere").status, 1);
  assert.equal(fix("--nonsense").status, 2);
  console.log("journey fix does what it says");
} finally {
  rmSync(folder, { recursive: true, force: true });
}
