// What an editor relies on, each in the smallest project that shows it: names across files, completion behind a dot, the
// reader's language, line ends and characters of every kind, edits while the text is broken, files large and lonely.
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { editorIn } from "./client.mjs";

const { values: given } = parseArgs({
  options: { journey: { type: "string" }, modules: { type: "string", default: process.cwd() } },
});
const folder = mkdtempSync(path.join(tmpdir(), "journey-lsp-features-"));
const { lsp, uri, Client, Document } = editorIn({ journey: given.journey, modules: given.modules, folder });

const kShop = `language 1
workspace shop {
  time zone "Europe/Berlin"
}
profile user {
  email      string pii
  first_name string
  tier       one of "free", "plus", "pro" default "free"
}
event signed_up {
  source string
}
event order_paid {
  total int required
}
channel email {
  address user.email
}
consent news "News" {
  channels email
  basis opt in
}
template hello email marketing {
  consent news
  subject "Hi {{ name }}"
  body "Hi"
  needs name string
  unsubscribe automatic
}
segment buyers "Buyers" = count(order_paid within 30d) >= 2
snippet nudge(gap: duration) {
  wait gap
}
`;
const kWelcome = `use "shop.journey"
journey welcome "Welcome" {
  version 1
  enter when signed_up
  only if user in buyers
  reenter never
  do {
    greet: send email hello with { name: user.first_name default "friend" }
    include nudge(gap: 2 days)
    if user.tier is "pro" { stop as happy }
  }
}
`;
const kThanks = `use "shop.journey"
journey thanks {
  version 1
  enter when order_paid where total > 10
  reenter never
  do {
    send email hello with { name: "you" }
  }
}
`;
writeFileSync(path.join(folder, "shop.journey"), kShop);
writeFileSync(path.join(folder, "welcome.journey"), kWelcome);
writeFileSync(path.join(folder, "thanks.journey"), kThanks);

const errors = (client, name) =>
  (client.diagnostics.get(uri(name))?.diagnostics ?? []).filter((one) => one.severity === 1);
const ask = (document, type, at, more = {}) =>
  document.client.ask(type, { textDocument: document.id, position: at, ...more });
const labels = async (document, at) => (await ask(document, lsp.CompletionRequest.type, at)).items.map((one) => one.label);
const textOf = (document, range) => {
  const line = document.text.split("\n")[range.start.line];
  return line.slice(range.start.character, range.end.character);
};

async function with_client(language, work) {
  const client = new Client(["utf-16"], language);
  await client.start();
  await work(client);
  await client.stop();
}

// ---- names across files

async function names(client) {
  const welcome = new Document(client, "welcome.journey", kWelcome);
  await welcome.told();
  assert.deepEqual(errors(client, "welcome.journey"), []);
  const shop = kShop.split("\n");
  const declarations = [
    ["event", "signed_up", "event signed_up"],
    ["segment", "buyers", "segment buyers"],
    ["snippet", "nudge", "snippet nudge"],
    ["template", "hello with", "template hello"],
    ["property", "first_name default", "  first_name string"],
    ["value's property", "tier is", "  tier "],
  ];
  for (const [what, mark, line] of declarations) {
    const [found] = await ask(welcome, lsp.DefinitionRequest.type, welcome.at(mark, 2));
    assert.equal(found?.uri, uri("shop.journey"), what);
    assert.ok(shop[found.range.start.line].startsWith(line), `${what}: ${shop[found.range.start.line]}`);
  }
  for (const [mark, to] of [["buyers", "regulars"], ["nudge", "push_on"], ["hello with", "greeting"], ["first_name default", "given_name"]]) {
    const { changes } = await ask(welcome, lsp.RenameRequest.type, welcome.at(mark, 1), { newName: to });
    assert.ok(changes[uri("shop.journey")]?.length >= 1 && changes[uri("welcome.journey")]?.length >= 1, `${mark}: ${Object.keys(changes)}`);
    assert.ok(welcome.applied(changes[uri("welcome.journey")]).includes(to));
  }
  const { changes } = await ask(welcome, lsp.RenameRequest.type, welcome.at("hello with", 1), { newName: "greeting" });
  assert.equal(Object.keys(changes).length, 3, "the template is used in both journeys");
  const range = await ask(welcome, lsp.PrepareRenameRequest.type, welcome.at("buyers", 1));
  assert.equal(range.placeholder, "buyers");
  await assert.rejects(ask(welcome, lsp.RenameRequest.type, welcome.at("buyers", 1), { newName: "two words" }), /cannot be a name/);
  client.tell(lsp.DidCloseTextDocumentNotification.type, { textDocument: welcome.id });
}

// ---- completion

async function completion(client) {
  const thanks = new Document(client, "thanks.journey", kThanks);
  await thanks.told();
  await thanks.change('name: "you"', "name: user.");
  assert.deepEqual((await labels(thanks, thanks.at("name: user.", 11))).sort(), ["email", "first_name", "tier"]);
  await thanks.change("name: user.", "name: trigger.");
  const trigger = await labels(thanks, thanks.at("name: trigger.", 14));
  assert.ok(trigger.includes("total") && !trigger.includes("source"), `${trigger}`);
  await thanks.change("name: trigger.", 'name: "you"');
  await thanks.change("where total > 10", "where user.tier is ");
  const choices = await labels(thanks, thanks.at("user.tier is ", 13));
  for (const one of ['"free"', '"plus"', '"pro"']) assert.ok(choices.includes(one), `${one} of ${choices}`);
  await thanks.change("where user.tier is ", "where total > 10");
  await thanks.change("    send email", "    include \n    send email");
  assert.ok((await labels(thanks, thanks.at("include \n", 8))).includes("nudge"));
  await thanks.change("    include \n", "");
  await thanks.told();
  client.tell(lsp.DidCloseTextDocumentNotification.type, { textDocument: thanks.id });
}

// ---- line ends, and characters that are one, two or four bytes

async function characters(client) {
  const name = "zeilen.journey";
  const text = kThanks
    .replace("journey thanks {", 'journey thanks2 "谢谢 🎉" {  # 🎈 é')
    .replace('name: "you"', 'name: "🎉小王"')
    .replaceAll("\n", "\r\n");
  const document = new Document(client, name, text);
  await document.told();
  assert.deepEqual(errors(client, name), []);
  const tokens = await client.ask(lsp.SemanticTokensRequest.type, { textDocument: document.id });
  assert.equal(tokens.data.length % 5, 0);
  await document.change('"🎉小王"', '"🎉小王", extra: 1');
  await document.told();
  const found = client.diagnostics.get(uri(name)).diagnostics.find((one) => textOf(document, one.range).includes("extra"));
  assert.ok(found, `the place behind an emoji: ${JSON.stringify(client.diagnostics.get(uri(name)).diagnostics)}`);
  await document.change(", extra: 1", "");
  await document.change("  reenter never", "      reenter     never");
  const edits = await client.ask(lsp.DocumentFormattingRequest.type, { textDocument: document.id, options: { tabSize: 2, insertSpaces: true } });
  const formatted = document.applied(edits);
  assert.ok(formatted.includes("\r\n  reenter never\r\n"), "CRLF stays CRLF");
  assert.equal(formatted.replaceAll("\r\n", "").includes("\n"), false, "and no other line end appears");
  client.tell(lsp.DidCloseTextDocumentNotification.type, { textDocument: document.id });
}

// ---- typing through broken states, closing and opening again

async function broken(client) {
  const document = new Document(client, "welcome.journey", kWelcome);
  await document.told();
  const steps = [
    ["  do {\n", "  do \n"],
    ["  do \n", "  do {\n"],
    ['"friend" }', '"friend'],
    ['"friend\n', '"friend" }\n'],
    ["}\n}\n", "}\n"],
  ];
  for (const [from, to] of steps) {
    await document.change(from, to);
    await document.told();
    // Whatever the text is, everything can be asked.
    for (const type of [lsp.HoverRequest.type, lsp.CompletionRequest.type, lsp.DefinitionRequest.type])
      await ask(document, type, document.at("enter when", 4));
    for (const type of [lsp.DocumentSymbolRequest.type, lsp.SemanticTokensRequest.type])
      await client.ask(type, { textDocument: document.id });
  }
  assert.ok(errors(client, "welcome.journey").length > 0);
  assert.equal(
    await client.ask(lsp.DocumentFormattingRequest.type, { textDocument: document.id, options: { tabSize: 2, insertSpaces: true } }),
    null,
    "a text that cannot be read is not formatted",
  );
  // Closed without saving: what stands on disk counts again.
  client.tell(lsp.DidCloseTextDocumentNotification.type, { textDocument: document.id });
  await client.until(() => errors(client, "welcome.journey").length === 0);
  const again = new Document(client, "welcome.journey", kWelcome.replace("signed_up", "signed_upp"));
  await client.until(() => client.codes("welcome.journey").includes("J0101"));
  client.tell(lsp.DidCloseTextDocumentNotification.type, { textDocument: again.id });
  await client.until(() => !client.codes("welcome.journey").includes("J0101"));
}

// ---- a certain mend

async function mends(client) {
  const document = new Document(client, "welcome.journey", kWelcome.replace("user in buyers", "user in buyer").replace("user.tier is", "user.teir is"));
  await document.told();
  const actions = await client.ask(lsp.CodeActionRequest.type, {
    textDocument: document.id,
    range: { start: { line: 0, character: 0 }, end: { line: 100, character: 0 } },
    context: { diagnostics: [], only: ["source.fixAll"] },
  });
  assert.equal(actions.length, 1);
  assert.equal(document.applied(actions[0].edit.changes[uri("welcome.journey")]), kWelcome);
  client.tell(lsp.DidCloseTextDocumentNotification.type, { textDocument: document.id });
}

// ---- the other surface

async function yaml(client) {
  const name = "hallo.journey.yaml";
  const text =
    "use: [shop.journey]\njourney: hallo\nversion: 1\nenter:\n  when: signed_up\nreenter: never\ndo:\n  - send: email hello\n    id: first\n    with:\n      name: \"'you'\"\n  - wait: 2 days\n";
  const document = new Document(client, name, text);
  await document.told();
  assert.deepEqual(errors(client, name), [], "good YAML");
  const [found] = await ask(document, lsp.DefinitionRequest.type, document.at("signed_up", 3));
  assert.equal(found?.uri, uri("shop.journey"));
  const hover = await ask(document, lsp.HoverRequest.type, document.at("signed_up", 3));
  assert.match(hover.contents.value, /\*\*event\*\* `signed_up`/);
  const { changes } = await ask(document, lsp.RenameRequest.type, document.at("signed_up", 3), { newName: "joined" });
  assert.match(document.applied(changes[uri(name)]), /when: joined\n/);
  await document.change("when: signed_up", "when: signed_upp");
  await document.told();
  assert.equal(errors(client, name)[0].code, "J0101");
  assert.equal(errors(client, name)[0].range.start.line, 4);
  const symbols = await client.ask(lsp.DocumentSymbolRequest.type, { textDocument: document.id });
  assert.ok(symbols.some((one) => one.name === "hallo"));
  client.tell(lsp.DidCloseTextDocumentNotification.type, { textDocument: document.id });
}

// ---- files of no project, and a very large one

async function lonely(client) {
  const outside = mkdtempSync(path.join(tmpdir(), "journey-lsp-outside-"));
  const alone = new Document(client, path.relative(folder, path.join(outside, "alone.journey")), "event a\njourney x {\n  enter when b\n  do {\n    wait 1 day\n  }\n}\n");
  await alone.told();
  assert.ok(client.codes(alone.name).includes("J0101"));
  const unsaved = "untitled:Untitled-1";
  await client.tell(lsp.DidOpenTextDocumentNotification.type, {
    textDocument: { uri: unsaved, languageId: "journey", version: 1, text: "event a\nevent a\n" },
  });
  await client.until(() => client.diagnostics.get(unsaved)?.diagnostics.some((one) => one.code === "J0105"));
  await client.tell(lsp.DidCloseTextDocumentNotification.type, { textDocument: { uri: unsaved } });
  rmSync(outside, { recursive: true });
}

async function large(client) {
  // The language takes files up to 1 MiB.
  const remark = "# 很长的说明 🎈 explained at length, as exports are\n".repeat(100);
  let text = "";
  for (let i = 0; Buffer.byteLength(text) < 1_000_000; ++i) text += `${remark}segment large_${i} "Large ${i}" = count(order_paid within ${i + 1}d) >= 2\n`;
  const document = new Document(client, "large.journey", 'use "shop.journey"\n' + text);
  await document.told();
  assert.deepEqual(errors(client, "large.journey"), []);
  await document.change("count(order_paid within 7d)", "count(order_payd within 7d)");
  await document.told();
  assert.equal(errors(client, "large.journey").length, 1);
  const [mistake] = errors(client, "large.journey");
  assert.equal(textOf(document, mistake.range), "order_payd");
  client.tell(lsp.DidCloseTextDocumentNotification.type, { textDocument: document.id });
}

// ---- a project of many files: answers come from near the file, and the rest follows

async function many(client) {
  const where = path.join(folder, "many");
  mkdirSync(where);
  writeFileSync(path.join(where, "shop.journey"), kShop);
  for (let i = 0; i < 60; ++i)
    writeFileSync(path.join(where, `j${i}.journey`), kThanks.replace("journey thanks", `event seen_${i}\njourney thanks_${i}`));
  const name = "many/j7.journey";
  const text = readFileSync(path.join(where, "j7.journey"), "utf8");
  const document = new Document(client, name, text);
  await document.told();
  assert.deepEqual(errors(client, name), []);
  // While the rest waits to be checked, this file's answers are new.
  await document.change("where total > 10", "where totl > 10");
  await document.told();
  assert.equal(errors(client, name).length, 1);
  const hover = await ask(document, lsp.HoverRequest.type, document.at("order_paid", 3));
  assert.match(hover.contents.value, /\*\*event\*\* `order_paid`[^]*total int required/);
  await document.change("where totl > 10", "where trigger.total > 10");
  await document.change("event seen_7", "event seen_7x\nevent seen_8");
  const places = await ask(document, lsp.ReferencesRequest.type, document.at("order_paid", 3), { context: { includeDeclaration: true } });
  assert.equal(places.length, 62);
  // The other file hears of it once nobody types.
  await client.until(() => client.codes("many/j8.journey").includes("J0105") || client.codes(name).includes("J0105"));
  const shop = new Document(client, "many/shop.journey", kShop.replace("event order_paid", "event order_payed"));
  await client.until(() => client.codes("many/j30.journey").includes("J0101"));
  client.tell(lsp.DidCloseTextDocumentNotification.type, { textDocument: shop.id });
  await client.until(() => !client.codes("many/j30.journey").includes("J0101"));
}

// ---- in Chinese

async function chinese(client) {
  const document = new Document(client, "welcome.journey", kWelcome);
  await document.told();
  const event = await ask(document, lsp.HoverRequest.type, document.at("signed_up", 3));
  assert.match(event.contents.value, /\*\*事件\*\* `signed_up`/);
  assert.match(event.contents.value, /shop\.journey 第 \d+ 行/);
  const property = await ask(document, lsp.HoverRequest.type, document.at("tier is", 1));
  assert.match(property.contents.value, /\*\*属性\*\* `tier`，属于用户资料：.*，有默认值/);
  assert.doesNotMatch(property.contents.value, /may be missing|of the person/);
  await document.change("user in buyers", "user in buyer");
  await document.told();
  const actions = await client.ask(lsp.CodeActionRequest.type, {
    textDocument: document.id,
    range: errors(client, "welcome.journey")[0].range,
    context: { diagnostics: errors(client, "welcome.journey") },
  });
  for (const action of actions) assert.match(action.title, /[\u4e00-\u9fff]/);
  await assert.rejects(ask(document, lsp.RenameRequest.type, document.at("signed_up", 1), { newName: "1x" }), /不能作名称/);
  const offered = await ask(document, lsp.CompletionRequest.type, document.at("user.tier", 5));
  assert.match(offered.items.find((one) => one.label === "email").detail, /[\u4e00-\u9fff]/);
}

try {
  for (const [what, work] of Object.entries({ names, completion, characters, broken, mends, yaml, lonely, large, many })) {
    await with_client("en", work).catch((problem) => {
      problem.message = `${what}: ${problem.message}`;
      throw problem;
    });
  }
  await with_client("zh", chinese);
  console.log("names, completion, characters, broken texts, mends, YAML, lonely, large and many files: as they should be");
} finally {
  rmSync(folder, { recursive: true, force: true });
}
