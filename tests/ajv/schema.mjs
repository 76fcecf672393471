// journey schema, as an editor uses it.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";

const options = new Map();
for (let i = 2; i + 1 < process.argv.length; i += 2) options.set(process.argv[i], process.argv[i + 1]);
const require = createRequire(join(options.get("--modules"), "package.json"));
const Ajv = require("ajv/dist/2020").default;
const YAML = require("yaml");

const journey = options.get("--journey");
const root = options.get("--root");
const run = (...args) => execFileSync(journey, args, { encoding: "utf8", maxBuffer: 1 << 26, stdio: ["ignore", "pipe", "pipe"] });
const schemaOf = (...args) => JSON.parse(run("schema", ...args));
const ajv = new Ajv({ strict: true, strictTypes: false, strictRequired: false, allErrors: true });

let failed = 0;
const expect = (good, words) => {
  if (good) return;
  failed += 1;
  console.error(`not so: ${words}`);
};

function yamlFiles(folder) {
  const found = [];
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) found.push(...yamlFiles(path));
    else if (entry.name.endsWith(".journey.yaml")) found.push(path);
  }
  return found;
}

const data = (text) => YAML.parse(text, { schema: "core" });
const validate = ajv.compile(schemaOf());

const scratch = mkdtempSync(join(tmpdir(), "journey-schema-"));
let seen = 0;
for (const folder of ["examples", "workflows", "tests/dsl/yaml/same"]) {
  for (const path of yamlFiles(join(root, folder))) {
    seen += 1;
    expect(validate(data(readFileSync(path, "utf8"))), `${path} is valid: ${JSON.stringify(validate.errors?.slice(0, 3))}`);
  }
}
// The whole library, written as YAML by the tool itself.
for (const folder of ["workflows", "examples/03-eight-journeys"]) {
  let names = [];
  try {
    names = readdirSync(join(root, folder)).filter((name) => name.endsWith(".journey"));
  } catch {
    continue;
  }
  for (const name of names) {
    let text;
    try {
      text = run("convert", join(root, folder, name), "--to", "yaml");
    } catch (problem) {
      expect(false, `${name} converts: ${problem.stderr}`);
      continue;
    }
    seen += 1;
    expect(validate(data(text)), `${name} as YAML is valid: ${JSON.stringify(validate.errors?.slice(0, 3))}`);
  }
}
expect(seen > 10, `there are files to try: ${seen}`);

const step = (lines) => `journey: a\nenter:\n  when: x\ndo:\n${lines}`;
const wrong = [
  ["an unknown key", "journy: a\n"],
  ["a step without a verb", step("  - id: a\n")],
  ["an unknown verb", step("  - sned: email x\n")],
  ["a key of another step", step("  - wait: 2 days\n    with: {a: 1}\n")],
  ["a list for a map", "workspace: [a]\n"],
  ["a map for text", "journey: a\ntitle: {a: b}\ndo: []\n"],
  ["a word that is none", "journey: a\nwhile running: sometimes\ndo: []\n"],
  ["a version in words", "journey: a\nversion: two\ndo: []\n"],
  ["an `if` without `then`", step("  - if: user.a\n")],
  ["an arm without a share", step("  - split: s\n    arms:\n      - a: half\n")],
  ["three keys in an arm", step("  - split: s\n    arms:\n      - a: 50%\n        b: 50%\n        do: []\n")],
  ["an unknown given", "tests:\n  - test: t\n    given:\n      - weather: sunny\n"],
  ["a wrong move", "journey: a\nfrom version 2:\n  x: goes to y\ndo: []\n"],
  ["steps that are a map", "journey: a\ndo:\n  send: email x\n"],
  ["a segment that is a list", "segments:\n  a: [b]\n"],
  ["an unknown key deep inside", step("  - choose:\n      - when: user.a\n        dou: []\n")],
];
for (const [what, text] of wrong) expect(!validate(data(text)), `${what} is refused`);

// The mistake is told at its place, and by one rule: not as a list of nineteen alternatives.
validate(data(step("  - send: email x\n    wiht: {a: 1}\n")));
const told = validate.errors.filter((error) => error.keyword === "additionalProperties");
expect(told.length === 1 && told[0].instancePath === "/do/0" && told[0].params.additionalProperty === "wiht",
  `an unknown key of a send is told once: ${JSON.stringify(validate.errors)}`);

// With a project its names complete values, and other names stay allowed.
writeFileSync(join(scratch, "shop.journey"), 'event signed_up\nfrequency gentle {\n  at most 1 push per day\n}\n');
const project = schemaOf("--project", scratch);
const named = JSON.stringify(project);
expect(named.includes('"gentle"') && named.includes('"signed_up"'), "the project's names are there");
const ours = new Ajv({ strict: true, strictTypes: false, strictRequired: false }).compile(project);
expect(ours(data("journey: a\nfrequency: other\ndo: []\n")), "a name of this file's own is allowed");
rmSync(scratch, { recursive: true });

if (failed > 0) process.exit(1);
console.log(`${seen} files valid, ${wrong.length} refused`);
