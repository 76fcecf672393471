// An editor as the tests need it: Microsoft's client library talking to `journey lsp`, and documents that are typed into.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";

/// `folder` is what the editor has open.
export function editorIn({ journey, modules, folder }) {
  const lsp = createRequire(path.join(path.resolve(modules), "package.json"))("vscode-languageserver-protocol/node");
  const uri = (name) => pathToFileURL(path.join(folder, name)).href;

  class Client {
    constructor(encodings, language = "en") {
      const env = { ...process.env, JOURNEY_LANG: language };
      this.child = spawn(path.resolve(journey), ["lsp"], { stdio: ["pipe", "pipe", "inherit"], env });
      this.ended = new Promise((resolve) => this.child.on("exit", (code) => resolve(code)));
      this.connection = lsp.createProtocolConnection(
        new lsp.StreamMessageReader(this.child.stdout),
        new lsp.StreamMessageWriter(this.child.stdin),
      );
      this.diagnostics = new Map();
      this.waiting = [];
      this.connection.onNotification(lsp.PublishDiagnosticsNotification.type, (told) => {
        this.diagnostics.set(told.uri, told);
        this.waiting = this.waiting.filter(({ done, resolve }) => {
          if (!done()) return true;
          resolve();
          return false;
        });
      });
      this.registered = [];
      this.connection.onRequest(lsp.RegistrationRequest.type, (asked) => {
        this.registered.push(...asked.registrations.map((one) => one.method));
      });
      this.connection.listen();
      this.encodings = encodings;
    }
    ask(type, params) {
      return this.connection.sendRequest(type, params);
    }
    tell(type, params) {
      return this.connection.sendNotification(type, params);
    }
    async start() {
      const result = await this.ask(lsp.InitializeRequest.type, {
        processId: process.pid,
        rootUri: pathToFileURL(folder).href,
        workspaceFolders: [{ uri: pathToFileURL(folder).href, name: "workflows" }],
        capabilities: {
          general: { positionEncodings: this.encodings },
          textDocument: { completion: { completionItem: { snippetSupport: true } } },
          workspace: { didChangeWatchedFiles: { dynamicRegistration: true } },
        },
      });
      await this.tell(lsp.InitializedNotification.type, {});
      return result;
    }
    until(done) {
      return done() ? Promise.resolve() : new Promise((resolve) => this.waiting.push({ done, resolve }));
    }
    codes(name) {
      return (this.diagnostics.get(uri(name))?.diagnostics ?? []).map((one) => one.code);
    }
    async stop() {
      await this.ask(lsp.ShutdownRequest.type);
      await this.tell(lsp.ExitNotification.type);
      assert.equal(await this.ended, 0, "shutdown and exit end with 0");
      this.connection.dispose();
    }
  }

  /// A document as an editor keeps it; edits go to the server as changes of a range.
  class Document {
    constructor(client, name, text) {
      Object.assign(this, { client, name, text, version: 1 });
      client.tell(lsp.DidOpenTextDocumentNotification.type, {
        textDocument: { uri: uri(name), languageId: "journey", version: 1, text },
      });
    }
    get id() {
      return { uri: uri(this.name) };
    }
    /// The place of `mark` (and `by` characters further), in UTF-16 units, as in VS Code.
    at(mark, by = 0) {
      const offset = this.text.indexOf(mark);
      assert.notEqual(offset, -1, `the text has ${mark}`);
      return this.place(offset + by);
    }
    place(offset) {
      const before = this.text.slice(0, offset).split("\n");
      return { line: before.length - 1, character: before.at(-1).length };
    }
    async change(from, to) {
      const offset = this.text.indexOf(from);
      assert.notEqual(offset, -1, `the text has ${from}`);
      const range = { start: this.place(offset), end: this.place(offset + from.length) };
      this.text = this.text.slice(0, offset) + to + this.text.slice(offset + from.length);
      await this.client.tell(lsp.DidChangeTextDocumentNotification.type, {
        textDocument: { ...this.id, version: ++this.version },
        contentChanges: [{ range, text: to }],
      });
    }
    applied(edits) {
      const offset = ({ line, character }) =>
        this.text.split("\n").slice(0, line).reduce((sum, one) => sum + one.length + 1, 0) + character;
      let text = this.text;
      for (const edit of [...edits].sort((a, b) => offset(b.range.start) - offset(a.range.start)))
        text = text.slice(0, offset(edit.range.start)) + edit.newText + text.slice(offset(edit.range.end));
      return text;
    }
    told() {
      return this.client.until(() => this.client.diagnostics.get(uri(this.name))?.version === this.version);
    }
  }

  return { lsp, uri, Client, Document };
}
