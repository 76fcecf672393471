// The language server spoken to badly: it answers with the protocol's errors, or ends; it never hangs or crashes.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { parseArgs } from "node:util";

const { values: given } = parseArgs({ options: { journey: { type: "string" } } });

const frame = (body) => {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return Buffer.from(`Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`);
};
const request = (id, method, params = {}) => frame({ jsonrpc: "2.0", id, method, params });
const notice = (method, params = {}) => frame({ jsonrpc: "2.0", method, params });

/// Sends all of it, closes the input, and gives the answers and how it ended.
function talk(...pieces) {
  const child = spawn(given.journey, ["lsp"], { stdio: ["pipe", "pipe", "pipe"] });
  const chunks = [];
  let said = "";
  child.stdout.on("data", (chunk) => chunks.push(chunk));
  child.stderr.on("data", (chunk) => (said += chunk));
  child.stdin.on("error", () => {}); // it may end before all is written
  for (const piece of pieces) child.stdin.write(piece);
  child.stdin.end();
  return new Promise((resolve) =>
    child.on("close", (code, signal) => {
      const bytes = Buffer.concat(chunks);
      const answers = [];
      for (let at = 0; at < bytes.length; ) {
        const head = /^Content-Length: (\d+)\r\n\r\n/.exec(bytes.subarray(at, at + 64).toString());
        assert.ok(head, "answers are framed");
        const begin = at + head[0].length;
        at = begin + Number(head[1]);
        answers.push(JSON.parse(bytes.subarray(begin, at).toString()));
      }
      resolve({ answers, code, signal, said });
    }),
  );
}

const hello = [request(1, "initialize", { capabilities: {} }), notice("initialized")];
const goodbye = [request(99, "shutdown"), notice("exit")];

const rows = [
  ["nothing at all", [], (r) => assert.equal(r.code, 1)],
  ["a plain end", [...hello, ...goodbye], (r) => assert.equal(r.code, 0)],
  ["exit without shutdown", [...hello, notice("exit")], (r) => assert.equal(r.code, 1)],
  ["a question before initialize", [request(1, "textDocument/hover"), ...goodbye], (r) => assert.equal(r.answers[0].error.code, -32002)],
  ["a second initialize", [...hello, request(2, "initialize"), ...goodbye], (r) => assert.equal(r.answers[1].error.code, -32600)],
  ["a question after shutdown", [...hello, request(2, "shutdown"), request(3, "textDocument/hover"), notice("exit")], (r) => {
    assert.equal(r.answers[2].error.code, -32600);
    assert.equal(r.code, 0);
  }],
  ["no JSON", [...hello, frame("{nonsense"), ...goodbye], (r) => {
    assert.equal(r.answers.find((one) => one.id === null).error.code, -32700);
    assert.equal(r.code, 0);
  }],
  ["JSON nested 100,000 deep", [...hello, frame("[".repeat(100000)), ...goodbye], (r) => assert.equal(r.code, 0)],
  ["an array, a number, a message without a version", [...hello, frame("[]"), frame("7"), frame({ id: 5, method: "x" }), ...goodbye], (r) => {
    assert.equal(r.answers.filter((one) => one.error?.code === -32600).length, 3);
    assert.equal(r.code, 0);
  }],
  ["an id that is an object", [...hello, frame({ jsonrpc: "2.0", id: {}, method: "x" }), ...goodbye], (r) =>
    assert.equal(r.answers.find((one) => one.id === null).error.code, -32600)],
  ["an unknown question", [...hello, request(2, "textDocument/nonsense"), ...goodbye], (r) => assert.equal(r.answers[1].error.code, -32601)],
  ["an unknown notice", [...hello, notice("$/whatever"), notice("nonsense/too"), ...goodbye], (r) => assert.equal(r.code, 0)],
  ["a question about no document", [...hello, request(2, "textDocument/hover", { textDocument: { uri: "file:///none.journey" }, position: { line: 0, character: 0 } }), ...goodbye], (r) =>
    assert.equal(r.answers[1].error.code, -32602)],
  ["params of other shapes", [
    ...hello,
    request(2, "textDocument/hover", []),
    request(3, "textDocument/hover", { textDocument: 7 }),
    request(4, "textDocument/rename", { textDocument: { uri: "untitled:1" }, position: { line: -1, character: 1e99 } }),
    notice("textDocument/didOpen", { textDocument: [] }),
    notice("textDocument/didChange", { textDocument: { uri: "untitled:1" }, contentChanges: 7 }),
    notice("textDocument/didClose", 3),
    ...goodbye,
  ], (r) => {
    for (const id of [2, 3, 4]) assert.equal(r.answers.find((one) => one.id === id).error.code, -32602);
    assert.equal(r.code, 0);
  }],
  ["a head that claims 2 GB", [...hello, Buffer.from("Content-Length: 2147483648\r\n\r\n{"), Buffer.alloc(1000, 32)], (r) => {
    const refusal = r.answers.find((one) => one.id === null);
    assert.equal(refusal.error.code, -32600);
    assert.match(refusal.error.message, /too large/);
    assert.equal(r.code, 1);
  }],
  ["a head without a length", [Buffer.from("Content-Type: x\r\n\r\n{}")], (r) => assert.equal(r.code, 1)],
  ["a negative length", [Buffer.from("Content-Length: -5\r\n\r\n{}")], (r) => assert.equal(r.code, 1)],
  ["a head that never ends", [Buffer.alloc(100000, "a")], (r) => assert.equal(r.code, 1)],
  ["a body cut short", [...hello, Buffer.from('Content-Length: 500\r\n\r\n{"jsonrpc"')], (r) => assert.equal(r.code, 1)],
  ["invalid UTF-8", [...hello, Buffer.concat([Buffer.from("Content-Length: 4\r\n\r\n"), Buffer.from([0x22, 0xff, 0xfe, 0x22])]), ...goodbye], (r) => assert.equal(r.code, 0)],
  ["places outside the text", [
    ...hello,
    notice("textDocument/didOpen", { textDocument: { uri: "untitled:1", languageId: "journey", version: 1, text: "language 1\r\nsegment 🎉" } }),
    notice("textDocument/didChange", { textDocument: { uri: "untitled:1", version: 2 }, contentChanges: [
      { range: { start: { line: 900, character: 900 }, end: { line: 1, character: 1 } }, text: "x" },
      { range: { start: { line: 1, character: 9 }, end: { line: 1, character: 10 } }, text: "" },
    ] }),
    request(2, "textDocument/hover", { textDocument: { uri: "untitled:1" }, position: { line: 2147483647, character: 2147483647 } }),
    request(3, "textDocument/completion", { textDocument: { uri: "untitled:1" }, position: { line: 1, character: 9 } }),
    ...goodbye,
  ], (r) => {
    assert.ok("result" in r.answers.find((one) => one.id === 3));
    assert.equal(r.code, 0);
  }],
  ["a cancelled question", [Buffer.concat([
    ...hello,
    ...Array.from({ length: 20 }, (_, i) => request(100 + i, "workspace/symbol", { query: "" })),
    notice("$/cancelRequest", { id: 119 }),
    notice("$/cancelRequest", { id: "nobody" }),
    ...goodbye,
  ])], (r) => {
    const last = r.answers.find((one) => one.id === 119);
    assert.ok(last.error?.code === -32800 || "result" in last);
    assert.equal(r.answers.filter((one) => one.id >= 100).length, 20, "every question is answered once");
    assert.equal(r.code, 0);
  }],
  ["a document of 4 MB", [
    ...hello,
    notice("textDocument/didOpen", { textDocument: { uri: "untitled:1", languageId: "journey", version: 1, text: "journey ".repeat(500000) } }),
    request(2, "textDocument/semanticTokens/full", { textDocument: { uri: "untitled:1" } }),
    ...goodbye,
  ], (r) => {
    assert.equal(r.answers.find((one) => one.id === 2).error, undefined);
    assert.equal(r.code, 0);
  }],
];

for (const [label, pieces, check] of rows) {
  const result = await talk(...pieces);
  try {
    assert.equal(result.signal, null, "it ends by itself");
    check(result);
  } catch (problem) {
    console.error(`${label}:`, result);
    throw problem;
  }
}
console.log(`${rows.length} bad conversations end well`);
