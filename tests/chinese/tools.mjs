// Help, reports and summaries in both languages: golden texts, and no English sentence in the Chinese ones.
//
//   node tools.mjs --journey build/release/bin/journey [--update]
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const { values: given } = parseArgs({ options: { journey: { type: "string" }, update: { type: "boolean", default: false } } });
const journey = path.resolve(given.journey);
const here = path.dirname(fileURLToPath(import.meta.url));
const folder = mkdtempSync(path.join(tmpdir(), "journey-chinese-"));

/// What a command prints, on both streams.
function said(language, ...words) {
  const env = { PATH: process.env.PATH, TZ: "UTC", JOURNEY_LANG: language };
  const { stdout, stderr, status } = spawnSync(journey, words, { cwd: folder, env, encoding: "utf8" });
  assert.ok(status !== null, `${words} ended`);
  return stdout + stderr;
}

const kShop = `language 1
workspace shop {
  time zone "Europe/Berlin"
  currency EUR
}
profile user {
  email string pii
  vip   bool default false
}
event signed_up {
  plan string
}
event bought {
  total int
}
channel email {
  address user.email
}
channel sms {
  address user.email
}
consent news "News" {
  channels email
  basis opt in
}
quiet night {
  from 22:00 to 08:00 local
  on email
  then hold
  if no zone use "Europe/Berlin"
}
template hello email marketing {
  consent news
  subject "Hi"
  body "Hi there"
  unsubscribe automatic
}
`;
const kGreet = `use "shop.journey"
journey greet "Greet" {
  version 1
  enter when signed_up
  reenter never
  quiet night
  goal happy when bought within 30 days
  do {
    patience: wait at most 2 days {
      on bought { stop as happy }
      timeout
    }
    if user.vip {
      first: send email hello
    } else {
      wait 1h
    }
  }
}
test "没有许可" of greet {
  start 2026-03-02 10:00 in "UTC"
  given user { email: "a@example.com", vip: true }
  at +0s signed_up { plan: "free" }
  at +3 days expect sent email hello
}
test "at night" of greet {
  start 2026-03-02 23:00 in "UTC"
  given user { email: "a@example.com", vip: true }
  given consent news
  at +0s signed_up { plan: "free" }
  at +2 days expect sent email hello
}
test "leaves" of greet {
  start 2026-03-02 10:00 in "UTC"
  at +0s signed_up { plan: "free" }
  at +1 day bought { total: 3 }
  at +2 days expect not entered
}
`;
// Every kind of step, for pictures.
const kBranches = `journey branches "分支" {
  version 1
  enter when signed_up
  reenter never
  quiet night
  goal paid when bought within 50 days
  expires after 60 days
  do {
    choose {
      when trigger.plan is "gold" and user.vip { send email hello }
      when count(bought within 30 days) >= 2 { wait until 09:00 local }
      otherwise { add tag "quiet" }
    }
    repeat at most 2 times until did(bought since entry) {
      wait 3 days
    }
    experiment offer {
      holdout 10%
      arm early 50% { send email hello }
      arm late 50% {
        wait at most 2 days {
          on bought where total > 10 { stop as happy }
          timeout { remove tag "quiet" }
        }
      }
    }
  }
}
`;
writeFileSync(path.join(folder, "shop.journey"), kShop);
writeFileSync(path.join(folder, "greet.journey"), kGreet);
const bad = kGreet.replace("enter when signed_up", "enter when sined_up").replace("send email hello\n", "send email helo\n");

const commands = said("en", "help")
  .split("\n")
  .flatMap((line) => /^ {2}([a-z][a-z-]*) {2,}\S/.exec(line)?.[1] ?? []);
assert.ok(commands.length > 20, `${commands}`);

// ---- help: everything that explains something does so in Chinese

const han = /[\u4e00-\u9fff]/;
for (const command of [[], ...commands.map((one) => [one])]) {
  const text = said("zh", ...command, "--help");
  for (const line of text.split("\n")) {
    const words = / {2,}(\S.*)$/.exec(line.trimEnd().replace(/^ */, ""))?.[1];
    if (words === undefined || !/[a-z]{3} [a-z]/.test(words)) continue;
    assert.match(line, han, `journey ${command} --help: ${line}`);
  }
  assert.match(text, /用法/, `${command}`);
  assert.doesNotMatch(text, /\b(Usage|Options|Subcommands|REQUIRED)\b/, `${command}`);
}
assert.match(said("en", "--lang", "zh", "test", "--help"), /选项/, "--lang counts for help too");
assert.match(said("zh", "chek"), /没有 `chek` 这个命令；您是想用 `check` 吗？/);

// ---- what commands print

function reports(language) {
  const out = [];
  // How far a bar got by then is chance.
  const still = (text) => text.split("\n").filter((line) => !/^\S+[:：] ?\d+% /.test(line)).join("\n");
  const show = (...words) => out.push(`$ journey ${words.join(" ")}`, still(said(language, ...words)).replaceAll(folder, "FOLDER"));
  show("check");
  show("test");
  show("test", "--coverage", "--only", "leaves");
  show("test", "--only", "no such test");
  show("fmt", "--check");
  show("fix", "--dry-run");
  show("explain", "J0207");
  show("explain", "j9999");
  show("explain", "gret");
  show("simulate", "--people", "50", "--days", "20", "--rate", "signed_up=0.1/day", "--start", "2026-03-02T00:00:00Z", "--cost", "email=0.01", "--consent", "news");
  show("check", "nowhere");
  const branches = path.join(folder, "branches");
  mkdirSync(branches, { recursive: true });
  writeFileSync(path.join(branches, "branches.journey"), kShop + kBranches);
  for (const format of ["dot", "mermaid"]) show("graph", "branches", "--format", format, "branches");
  // The conditions of `choose` stand in the SVG's boxes, each under its own.
  const svg = said(language, "graph", "branches", "branches");
  assert.equal(svg.match(/<title>[^<]*plan[^<]*gold/g)?.length, 1, svg);
  assert.ok(svg.includes(`xml:lang="${language}"`));
  if (language === "zh") {
    for (const [, words] of svg.matchAll(/<text[^>]*>([^<]*)</g))
      assert.doesNotMatch(words, /[a-z]{2,} [a-z]{2,} [a-z]{2,}/, words);
  }
  rmSync(branches, { recursive: true });
  show("render", "hello");
  show("render", "helo");
  show("graph", "greet", "--formt", "dot");
  show("graph", "greet", "--format", "png");
  show("explain");
  show("new");
  show("new", "made", "--kit", "bakery");
  writeFileSync(path.join(folder, "greet.journey"), bad);
  show("check", "--short");
  show("test");
  show("fix", "--dry-run");
  writeFileSync(path.join(folder, "greet.journey"), kGreet);
  return out.join("\n");
}

try {
  for (const language of ["en", "zh"]) {
    const golden = path.join(here, `reports.${language}.txt`);
    const text = reports(language);
    if (given.update) writeFileSync(golden, text);
    assert.equal(text, readFileSync(golden, "utf8"));
    if (language === "en") continue;
    for (const line of text.split("\n")) {
      // The author's own lines, commands and diffs stay as they are.
      if (/^(\$|[-+ ]{0,3}[a-z]+ when|[-+ ]|\d+ *\||@@|journey: )/.test(line) && !/^ {2,}\S+.*[a-z] [a-z]+ [a-z]+ [a-z]+/.test(line)) continue;
      if (/^ {2}/.test(line) && !han.test(line)) continue;
      const bare = line.replace(/您写的：.*/, "").replace(/`[^`]*`/g, "").replace(/[“"][^”"]*[”"]/g, "");
      assert.doesNotMatch(bare, /\b[a-z]{2,} [a-z]{2,} [a-z]{2,}\b/, `English in Chinese: ${line}`);
    }
  }
  // What `new` makes in Chinese: right, tested, in the one style, and with nothing left in English.
  for (const kit of ["first", "shop"]) {
    assert.match(said("zh", "new", kit, "--kit", kit), /写入/);
    assert.match(said("zh", "check", "--strict", kit), /没有错误。/);
    assert.match(said("zh", "test", kit), /，0 个失败/);
    assert.equal(said("zh", "fmt", "--check", kit), "");
    for (const file of readdirSync(path.join(folder, kit), { recursive: true })) {
      if (!/\.(journey|html)$/.test(file)) continue;
      const text = readFileSync(path.join(folder, kit, file), "utf8");
      const words = file.endsWith(".html")
        ? text.replace(/<[^>]*>|\{\{[^}]*\}\}/g, "").split("\n")
        : text.match(/"[^"\n]*"|#.*/g);
      for (const one of words) assert.doesNotMatch(one, /[a-z]{2,},? [a-z]{2,} [a-z]{2,}/i, `${file}: ${one}`);
    }
  }
  // Codes, each in both languages.
  for (const code of ["J0001", "J0101", "J0304", "J0702", "J0903"]) {
    const [title, , means] = said("zh", "explain", code).split("\n");
    assert.match(title, han);
    assert.match(means, han);
  }
  console.log(`${commands.length} commands and their reports, in both languages`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
