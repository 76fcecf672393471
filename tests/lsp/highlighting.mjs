// Every example of the repository through VS Code's own engine: keywords are coloured, texts and comments end where they
// should, no rule is broken.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";

const { values: given } = parseArgs({
  options: { journey: { type: "string" }, source: { type: "string" }, modules: { type: "string", default: process.cwd() } },
});
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
  for (const [number, line] of text.split("\n").entries()) {
    const result = grammar.tokenizeLine(line, state);
    state = result.ruleStack;
    for (const token of result.tokens)
      words.push({
        text: line.slice(token.startIndex, token.endIndex),
        scope: token.scopes.at(-1),
        line,
        number,
        begin: token.startIndex,
        end: token.endIndex,
      });
    assert.equal(state.depth, 1, `nothing stays open after: ${line}`);
  }
  return words;
}

const files = ["workflows", "tests/dsl/corpus", "examples"].flatMap((folder) =>
  readdirSync(path.join(given.source, folder), { withFileTypes: true, recursive: true })
    .filter((one) => one.isFile() && one.name.endsWith(".journey"))
    .map((one) => path.join(one.parentPath ?? one.path, one.name)),
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
    assert.doesNotMatch(scope, /^invalid/, `${file}: ${line}`);
    if (text.startsWith("#") && line.trimStart().startsWith("#")) assert.match(scope, /^comment\./, `${file}: ${line}`);
  }
}
assert.ok(coloured > 100, `${coloured} keywords`);

// What the language server, which has read the file, knows to be a keyword, is one for the grammar too.
const lsp = require("vscode-languageserver-protocol/node");
const server = spawn(path.resolve(given.journey), ["lsp"], { stdio: ["pipe", "pipe", "inherit"] });
const connection = lsp.createProtocolConnection(new lsp.StreamMessageReader(server.stdout), new lsp.StreamMessageWriter(server.stdin));
connection.listen();
const { capabilities } = await connection.sendRequest(lsp.InitializeRequest.type, { processId: process.pid, rootUri: null, capabilities: {} });
await connection.sendNotification(lsp.InitializedNotification.type, {});
const legend = capabilities.semanticTokensProvider.legend.tokenTypes;
const coloursAre = /^(keyword|constant\.language|support|storage|variable\.language|constant\.numeric\.duration)\b/;
let known = 0;
const missed = [];
for (const file of files) {
  const text = readFileSync(file, "utf8");
  const uri = pathToFileURL(file).href;
  await connection.sendNotification(lsp.DidOpenTextDocumentNotification.type, {
    textDocument: { uri, languageId: "journey", version: 1, text },
  });
  const { data } = await connection.sendRequest(lsp.SemanticTokensRequest.type, { textDocument: { uri } });
  const words = colours(text);
  let line = 0;
  let character = 0;
  for (let i = 0; i < data.length; i += 5) {
    line += data[i];
    character = data[i] === 0 ? character + data[i + 1] : data[i + 1];
    if (legend[data[i + 3]] !== "keyword") continue;
    const here = words.find((one) => one.number === line && one.begin <= character && character < one.end);
    ++known;
    if (/^profile user\b/.test(here?.line ?? "")) continue;  // the person is declared there
    if (!coloursAre.test(here?.scope ?? "")) missed.push(`${path.basename(file)}:${line + 1}: ${here?.scope}: ${here?.text} | ${here?.line}`);
  }
}
assert.deepEqual(missed, []);
assert.ok(known > 1000, `${known} keywords known to the language server`);
await connection.sendRequest(lsp.ShutdownRequest.type);
await connection.sendNotification(lsp.ExitNotification.type);

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
console.log(`${files.length} files, ${coloured} leading keywords, ${known} keywords of the language server, ${rows.length} lines: coloured as they should be`);
