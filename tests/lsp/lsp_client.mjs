// A real client of the Language Server Protocol opens the workflows, makes mistakes and asks about them.
//
//   node lsp_client.mjs --journey build/release/bin/journey --project workflows --modules DIRECTORY
import assert from "node:assert/strict";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { editorIn } from "./client.mjs";

const { values: given } = parseArgs({
  options: {
    journey: { type: "string" },
    project: { type: "string" },
    modules: { type: "string", default: process.cwd() },
  },
});
const folder = mkdtempSync(path.join(tmpdir(), "journey-lsp-"));
cpSync(given.project, folder, { recursive: true });
const { lsp, uri, Client, Document } = editorIn({ journey: given.journey, modules: given.modules, folder });
const read = (name) => readFileSync(path.join(folder, name), "utf8");

const errors = (client, name) =>
  (client.diagnostics.get(uri(name))?.diagnostics ?? []).filter((one) => one.severity === 1);

// ---- the story

async function story() {
  const client = new Client(["utf-16"]);
  const { capabilities } = await client.start();
  assert.equal(capabilities.positionEncoding, "utf-16");
  for (const ability of ["hoverProvider", "definitionProvider", "renameProvider", "documentFormattingProvider"])
    assert.ok(capabilities[ability], ability);

  const file = "welcome_series.journey";
  const document = new Document(client, file, read(file));
  await document.told();
  assert.deepEqual(errors(client, file), [], "the workflows have no mistakes");

  // A mistake, with its certain mend.
  await document.change("enter when signed_up", "enter when signed_upp");
  await document.told();
  const [mistake] = errors(client, file);
  assert.equal(mistake.code, "J0101");
  assert.equal(mistake.source, "journey");
  assert.match(mistake.message, /I cannot find an event called `signed_upp`/);
  assert.deepEqual(mistake.range.start, document.at("signed_upp"));
  const actions = await client.ask(lsp.CodeActionRequest.type, {
    textDocument: document.id,
    range: mistake.range,
    context: { diagnostics: [mistake] },
  });
  const mend = actions.find((one) => one.kind === "quickfix");
  assert.equal(mend.title, "Write `signed_up`");
  assert.equal(mend.isPreferred, true);
  assert.match(document.applied(mend.edit.changes[uri(file)]), /enter when signed_up where/);
  const all = actions.find((one) => one.kind === "source.fixAll.journey");
  assert.match(document.applied(all.edit.changes[uri(file)]), /enter when signed_up where/);
  await document.change("signed_upp", "signed_up");
  await document.told();
  assert.deepEqual(errors(client, file), []);

  // Typing, and what is offered.
  await document.change("    look_around: wait 2 days", "    send email \n    look_around: wait 2 days");
  const offered = await client.ask(lsp.CompletionRequest.type, {
    textDocument: document.id,
    position: document.at("send email \n", "send email ".length),
  });
  const templates = offered.items.map((one) => one.label);
  assert.ok(templates.includes("welcome_tips"), templates.join(" "));
  await document.change("    send email \n", "    \n");
  const steps = await client.ask(lsp.CompletionRequest.type, {
    textDocument: document.id,
    position: document.at("    \n", 4),
  });
  const wait = steps.items.find((one) => one.label === "wait");
  assert.match(wait.documentation.value, /wait until 10:00 local/);
  assert.ok(steps.items.some((one) => one.insertTextFormat === 2), "whole statements are offered");
  await document.change("    \n    look_around", "    look_around");

  // What stands here?
  const hover = await client.ask(lsp.HoverRequest.type, { textDocument: document.id, position: document.at("order_paid", 2) });
  assert.match(hover.contents.value, /\*\*event\*\* `order_paid`/);
  assert.match(hover.contents.value, /shop\.journey line \d+/);
  const keyword = await client.ask(lsp.HoverRequest.type, { textDocument: document.id, position: document.at("reenter", 2) });
  assert.match(keyword.contents.value, /reenter after 30 days/);

  // Where is it declared, and where is it used?
  const declared = await client.ask(lsp.DefinitionRequest.type, {
    textDocument: document.id,
    position: document.at("welcome_hello", 3),
  });
  assert.equal(declared[0].uri, uri("shop.journey"));
  const line = read("shop.journey").split("\n")[declared[0].range.start.line];
  assert.match(line, /^template welcome_hello email/);
  const used = await client.ask(lsp.DefinitionRequest.type, { textDocument: document.id, position: document.at("shop.journey", 2) });
  assert.equal(used[0].uri, uri("shop.journey"));
  const places = await client.ask(lsp.ReferencesRequest.type, {
    textDocument: document.id,
    position: document.at("order_paid", 2),
    context: { includeDeclaration: true },
  });
  assert.ok(new Set(places.map((one) => one.uri)).size >= 4, "an event of the shop is used in many files");

  // Another name, everywhere.
  const renamed = await client.ask(lsp.RenameRequest.type, {
    textDocument: document.id,
    position: document.at("order_paid", 2),
    newName: "bestellung",
  });
  const changes = Object.keys(renamed.changes);
  assert.ok(changes.includes(uri("shop.journey")) && changes.includes(uri(file)), changes.join(" "));
  assert.match(document.applied(renamed.changes[uri(file)]), /goal first_order when bestellung within/);
  await assert.rejects(
    client.ask(lsp.RenameRequest.type, { textDocument: document.id, position: document.at("order_paid", 2), newName: "signed_up" }),
    /already/,
  );

  // The one style.
  await document.change("  reenter never", "      reenter    never");
  const formatted = await client.ask(lsp.DocumentFormattingRequest.type, {
    textDocument: document.id,
    options: { tabSize: 2, insertSpaces: true },
  });
  assert.equal(formatted.length, 1);
  assert.equal(document.applied(formatted), read(file));
  await document.change("      reenter    never", "  reenter never");

  const symbols = await client.ask(lsp.DocumentSymbolRequest.type, { textDocument: document.id });
  assert.equal(symbols[0].name, "welcome_series");
  assert.ok(symbols[0].children.some((one) => one.name === "look_around"));
  const tokens = await client.ask(lsp.SemanticTokensRequest.type, { textDocument: document.id });
  assert.ok(tokens.data.length > 100 && tokens.data.length % 5 === 0);
  const found = await client.ask(lsp.WorkspaceSymbolRequest.type, { query: "win_back" });
  assert.ok(found.some((one) => one.name === "win_back"));

  // A mistake in one file shows in another, also when it comes from the disk.
  writeFileSync(path.join(folder, "shop.journey"), read("shop.journey").replace("event signed_up", "event joined"));
  await client.tell(lsp.DidChangeWatchedFilesNotification.type, {
    changes: [{ uri: uri("shop.journey"), type: lsp.FileChangeType.Changed }],
  });
  await client.until(() => client.codes(file).includes("J0101"));
  assert.ok(client.registered.includes("workspace/didChangeWatchedFiles"));
  writeFileSync(path.join(folder, "shop.journey"), read("shop.journey").replace("event joined", "event signed_up"));
  await client.tell(lsp.DidChangeWatchedFilesNotification.type, {
    changes: [{ uri: uri("shop.journey"), type: lsp.FileChangeType.Changed }],
  });
  await client.until(() => !client.codes(file).includes("J0101"));

  // Only the newest of many changes is told about.
  const versions = [];
  client.connection.onNotification(lsp.PublishDiagnosticsNotification.type, (told) => {
    if (told.uri === uri(file)) versions.push(told.version);
    client.diagnostics.set(told.uri, told);
    client.waiting = client.waiting.filter(({ done, resolve }) => (done() ? (resolve(), false) : true));
  });
  await document.change("welcome_series", "welcome_serie0");
  for (let i = 0; i < 50; ++i) document.change(`welcome_serie${i}`, `welcome_serie${i + 1}`);
  await document.told();
  assert.equal(versions.at(-1), document.version);

  await assert.rejects(client.ask("textDocument/nonsense", {}), (error) => error.code === lsp.ErrorCodes.MethodNotFound);
  await client.stop();
}

// ---- Chinese text and emoji, in both ways of counting

async function characters(encodings, unitsOf) {
  const client = new Client(encodings);
  const { capabilities } = await client.start();
  assert.equal(capabilities.positionEncoding, encodings[0]);
  const name = "表情.journey";
  const text =
    'language 1\nuse "shop.journey"\njourney 欢迎 "🎉🎉" {\n  version 1\n  about "👩‍💻 你好"  # 🎈\n' +
    '  enter when signed_up\n  reenter never\n  do { 问候: send email welcome_hello with { first_name: "🎉小王" } valid for 2 dayz }\n}\n';
  client.tell(lsp.DidOpenTextDocumentNotification.type, {
    textDocument: { uri: uri(name), languageId: "journey", version: 1, text },
  });
  await client.until(() => client.diagnostics.get(uri(name))?.version === 1);
  const [mistake] = errors(client, name);
  const line = text.split("\n")[7];
  assert.equal(mistake.range.start.line, 7);
  assert.equal(mistake.range.start.character, unitsOf(line.slice(0, line.indexOf("2 dayz"))));
  // A change behind emoji lands where the editor means it.
  const begin = unitsOf(line.slice(0, line.indexOf("dayz")));
  await client.tell(lsp.DidChangeTextDocumentNotification.type, {
    textDocument: { uri: uri(name), version: 2 },
    contentChanges: [{ range: { start: { line: 7, character: begin }, end: { line: 7, character: begin + 4 } }, text: "days" }],
  });
  await client.until(() => client.diagnostics.get(uri(name))?.version === 2);
  assert.deepEqual(errors(client, name), []);
  await client.stop();
}

// ---- in the reader's language

async function chinese() {
  const client = new Client(["utf-16"], "zh");
  await client.start();
  const name = "zh.journey";
  const text = 'language 1\nuse "shop.journey"\nsegment new_ones "新" = did(signed_upp within 30 days)\n';
  client.tell(lsp.DidOpenTextDocumentNotification.type, {
    textDocument: { uri: uri(name), languageId: "journey", version: 1, text },
  });
  await client.until(() => client.diagnostics.get(uri(name))?.version === 1);
  assert.match(errors(client, name)[0].message, /[\u4e00-\u9fff]/);
  await client.stop();
}

try {
  await story();
  await characters(["utf-16"], (text) => text.length);
  await characters(["utf-8", "utf-16"], (text) => Buffer.byteLength(text));
  await chinese();
  console.log("the language server answers as it should");
} finally {
  rmSync(folder, { recursive: true, force: true });
}
