// The extension is what VS Code takes: packaged by its own packager, every file that the manifest names inside.
import assert from "node:assert/strict";
import { cpSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";

const { values: given } = parseArgs({ options: { modules: { type: "string" }, extension: { type: "string" } } });
const { createVSIX, listFiles, PackageManager } = createRequire(path.join(path.resolve(given.modules), "package.json"))("@vscode/vsce");

const folder = mkdtempSync(path.join(tmpdir(), "journey-vscode-"));
try {
  const cwd = path.join(folder, "extension");
  cpSync(given.extension, cwd, { recursive: true, filter: (one) => path.basename(one) !== "node_modules" });
  const packagePath = path.join(folder, "journey.vsix");
  // Refuses a manifest that VS Code would refuse: engines, activation events, contribution points.
  await createVSIX({ cwd, packagePath, dependencies: false, allowMissingRepository: true, skipLicense: true });
  assert.ok(statSync(packagePath).size > 2000);

  const files = await listFiles({ cwd, packageManager: PackageManager.None });
  const manifest = JSON.parse(readFileSync(path.join(cwd, "package.json"), "utf8"));
  const [language] = manifest.contributes.languages;
  const named = [manifest.main, language.configuration, ...manifest.contributes.grammars.map((one) => one.path)];
  for (const one of named) assert.ok(files.includes(path.normalize(one)), `${one} is packaged: ${files}`);
  assert.deepEqual(language.extensions, [".journey"]);
  for (const grammar of manifest.contributes.grammars) {
    const { scopeName } = JSON.parse(readFileSync(path.join(cwd, grammar.path), "utf8"));
    assert.equal(scopeName, grammar.scopeName);
    assert.equal(grammar.language, language.id);
  }
  console.log(`packaged: ${files.join(", ")}`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
