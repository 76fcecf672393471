// Starts `journey lsp` for .journey and .journey.yaml files.
const { workspace } = require("vscode");
const { LanguageClient } = require("vscode-languageclient/node");

let client;

exports.activate = async () => {
  const command = workspace.getConfiguration("journey").get("path");
  client = new LanguageClient(
    "journey",
    "Journey",
    { command, args: ["lsp"] },
    {
      documentSelector: [{ language: "journey" }, { pattern: "**/*.journey.{yaml,yml}" }],
      synchronize: { fileEvents: workspace.createFileSystemWatcher("**/*.{journey,journey.yaml,journey.yml,html}") },
    },
  );
  await client.start();
};

exports.deactivate = () => client?.stop();
