// What somebody sees who writes the YAML surface in an ordinary editor: the schema of `journey schema --project` in the
// YAML language server.
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";

const { values: given } = parseArgs({
  options: { journey: { type: "string" }, modules: { type: "string" }, root: { type: "string" } },
});
const modules = path.resolve(given.modules);
const lsp = createRequire(path.join(modules, "package.json"))("vscode-languageserver-protocol/node");

const folder = mkdtempSync(path.join(tmpdir(), "journey-yaml-"));
writeFileSync(
  path.join(folder, "shop.journey"),
  'event signed_up\nevent order_paid\nfrequency gentle {\n  at most 1 push per day\n}\n',
);
const schema = path.join(folder, "journey.schema.json");
execFileSync(path.resolve(given.journey), ["schema", "--project", folder, "--out", schema]);

const child = spawn(process.execPath, [path.join(modules, "node_modules/yaml-language-server/bin/yaml-language-server"), "--stdio"], {
  stdio: ["pipe", "pipe", "inherit"],
});
const connection = lsp.createProtocolConnection(new lsp.StreamMessageReader(child.stdout), new lsp.StreamMessageWriter(child.stdin));
const settings = {
  yaml: {
    schemas: { [pathToFileURL(schema).href]: ["*.journey.yaml"] },
    schemaStore: { enable: false },
    validate: true,
    completion: true,
    hover: true,
    format: { enable: false },
  },
  http: {},
};
connection.onRequest(lsp.ConfigurationRequest.type, ({ items }) => items.map(({ section }) => settings[section] ?? null));
connection.onRequest(lsp.RegistrationRequest.type, () => {});
connection.onRequest(() => null);

const told = new Map();
let waiting = [];
connection.onNotification(lsp.PublishDiagnosticsNotification.type, (one) => {
  told.set(one.uri, one);
  waiting = waiting.filter(({ uri, resolve }) => uri !== one.uri || resolve(one.diagnostics));
});
connection.onNotification(() => {});
connection.listen();

let number = 0;
/// Opens a text, gives its mistakes and the address it has.
async function open(text) {
  const uri = pathToFileURL(path.join(folder, `text${++number}.journey.yaml`)).href;
  const answer = new Promise((resolve) => waiting.push({ uri, resolve: (found) => void resolve(found) }));
  await connection.sendNotification(lsp.DidOpenTextDocumentNotification.type, {
    textDocument: { uri, languageId: "yaml", version: 1, text },
  });
  return { uri, mistakes: await answer };
}
/// What is offered at the `|` of a text.
async function offered(text) {
  const at = text.indexOf("|");
  const before = text.slice(0, at).split("\n");
  const { uri } = await open(text.slice(0, at) + text.slice(at + 1));
  const list = await connection.sendRequest(lsp.CompletionRequest.type, {
    textDocument: { uri },
    position: { line: before.length - 1, character: before.at(-1).length },
  });
  return list.items.map((one) => one.label);
}
function yamlFiles(where) {
  return readdirSync(where, { withFileTypes: true, recursive: true })
    .filter((one) => one.isFile() && one.name.endsWith(".journey.yaml"))
    .map((one) => path.join(one.parentPath ?? one.path, one.name));
}

try {
  await connection.sendRequest(lsp.InitializeRequest.type, {
    processId: process.pid,
    rootUri: pathToFileURL(folder).href,
    capabilities: {
      workspace: { configuration: true, didChangeConfiguration: { dynamicRegistration: true } },
      textDocument: { completion: { completionItem: { snippetSupport: true } } },
    },
  });
  await connection.sendNotification(lsp.InitializedNotification.type, {});
  await connection.sendNotification(lsp.DidChangeConfigurationNotification.type, { settings });

  const good = "journey: hello\nversion: 1\nenter:\n  when: signed_up\ndo:\n  - wait: 2 days\n";
  assert.deepEqual((await open(good)).mistakes, []);

  // A refused value, at its place, in one sentence.
  const { mistakes } = await open("journey: hello\nversion: two\nenter:\n  when: signed_up\ndo: []\n");
  assert.equal(mistakes.length, 1, JSON.stringify(mistakes));
  assert.equal(mistakes[0].range.start.line, 1);
  assert.equal(mistakes[0].range.start.character, "version: ".length);
  const unknown = (await open(`${good}  - send: email x\n    wiht: {a: 1}\n`)).mistakes;
  assert.equal(unknown.length, 1, JSON.stringify(unknown));
  assert.match(unknown[0].message, /wiht/);
  assert.equal(unknown[0].range.start.line, 7);

  // Keys, steps and the project's own names are offered.
  const keys = await offered("journey: hello\n|\n");
  for (const key of ["version", "enter", "do", "goals", "frequency"]) assert.ok(keys.includes(key), `${key} of ${keys}`);
  const steps = await offered("journey: hello\nenter:\n  when: signed_up\ndo:\n  - |\n");
  for (const step of ["send", "wait", "if"]) assert.ok(steps.includes(step), `${step} of ${steps}`);
  const policies = await offered("journey: hello\nfrequency: |\n");
  assert.ok(policies.includes("gentle"), `gentle of ${policies}`);

  const files = ["examples", "workflows", "tests/dsl/yaml/same"].flatMap((one) => yamlFiles(path.join(given.root, one)));
  assert.ok(files.length > 3);
  for (const file of files) assert.deepEqual((await open(readFileSync(file, "utf8"))).mistakes, [], file);

  await connection.sendRequest(lsp.ShutdownRequest.type);
  await connection.sendNotification(lsp.ExitNotification.type);
  console.log(`completion, refusals and ${files.length} good files in the YAML language server`);
} finally {
  child.kill();
  rmSync(folder, { recursive: true, force: true });
}
process.exit(0);
