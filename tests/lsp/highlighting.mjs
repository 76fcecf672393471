// Every example of the repository through VS Code's own engine: keywords are coloured, texts and comments end where they
// should, no rule is broken.
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { parseArgs } from "node:util";

const { values: given } = parseArgs({ options: { source: { type: "string" }, modules: { type: "string", default: process.cwd() } } });
const require = createRequire(path.join(path.resolve(given.modules), "package.json"));
const { Registry, INITIAL, parseRawGrammar } = require("vscode-textmate");
const { loadWASM, OnigScanner, OnigString } = require("vscode-oniguruma");

const wasm = readFileSync(require.resolve("vscode-oniguruma/release/onig.wasm"));
await loadWASM(wasm.buffer.slice(wasm.byteOffset, wasm.byteOffset + wasm.byteLength));
const grammarFile = path.join(given.source, "dsl/editor/textmate/syntaxes/journey.tmLanguage.json");
const registry = new Registry({
  onigLib: Promise.resolve({ createOnigScanner: (p) => new OnigScanner(p), createOnigString: (s) => new OnigString(s) }),
  loadGrammar: async () => parseRawGrammar(readFileSync(grammarFile, "utf8"), grammarFile),
});
const grammar = await registry.loadGrammar("source.journey");

/// The scopes of every word of a text.
function colours(text) {
  const words = [];
  let state = INITIAL;
  for (const line of text.split("\n")) {
    const result = grammar.tokenizeLine(line, state);
    state = result.ruleStack;
    for (const token of result.tokens)
      words.push({ text: line.slice(token.startIndex, token.endIndex), scope: token.scopes.at(-1), line });
    assert.equal(state.depth, 1, `nothing stays open after: ${line}`);
  }
  return words;
}

const files = ["workflows", "tests/dsl/corpus", "examples/01-first-journey", "examples/03-eight-journeys"].flatMap((folder) =>
  readdirSync(path.join(given.source, folder))
    .filter((name) => name.endsWith(".journey"))
    .map((name) => path.join(given.source, folder, name)),
);
assert.ok(files.length > 10);
// Words that begin a line and can be nothing else there.
const leading = /^\s*(journey|event|template|segment|channel|enter|reenter|goal|send|wait|if|choose|split|experiment|stop|expires|given|start|at|version|do|let)\b(?!\s*:|\s+(?:string|int|float|bool|money|list|map|one|instant|date|time|zone|duration)\b)/;
let coloured = 0;
for (const file of files) {
  for (const { text, scope, line } of colours(readFileSync(file, "utf8"))) {
    const first = leading.exec(line)?.[1];
    if (first !== undefined && text.trim() === first && line.trimStart().startsWith(text.trim())) {
      assert.match(scope, /^keyword\./, `${file}: ${line}`);
      ++coloured;
    }
    if (text.startsWith("#") && line.trimStart().startsWith("#")) assert.match(scope, /^comment\./, `${file}: ${line}`);
  }
}
assert.ok(coloured > 100, `${coloured} keywords`);

const scopeOf = (text, word) => colours(text).find((one) => one.text.trim() === word)?.scope;
const rows = [
  ["  enter when signed_up unless order_paid", "unless", /^keyword\.other/],
  ["  enter every Monday at 09:00 local for sleepy", "Monday", /^constant\.language\.weekday/],
  ["    wait 2 days", "2 days", /^constant\.numeric\.duration/],
  ["    wait until 10:00 local", "10:00", /^constant\.numeric\.time/],
  ["    if user.total > CNY 100 {", "CNY 100", /^constant\.numeric\.money/],
  ["    if user.send is true {", "send", /^variable\.other\.property/],
  ['    note "send # {{ user.email }}"', "{{ user.email }}", /^variable\.other\.liquid/],
  ["    wait: send email hi", "wait", /^entity\.name\.label/],
  ["    let n = count(order_paid within 30 days)", "count", /^support\.function/],
  ["template 欢迎 email marketing {", "欢迎", /^entity\.name\.type/],
  ["    repeat at most 3 times {", "repeat", /^keyword\.control/],
];
for (const [line, word, scope] of rows) assert.match(scopeOf(line, word) ?? "", scope, line);
console.log(`${files.length} files, ${coloured} leading keywords, ${rows.length} lines: coloured as they should be`);
