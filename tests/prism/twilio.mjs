// Prism serves Twilio's OpenAPI; the connectors send; Prism says what is wrong with a request.
import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

const options = new Map();
for (let i = 2; i + 1 < process.argv.length; i += 2) options.set(process.argv[i], process.argv[i + 1]);

const given = process.env.TWILIO_OPENAPI ?? options.get("--data");
if (!existsSync(given)) {
  console.log(`left out: Twilio's OpenAPI is not at ${given}`);
  process.exit(0);
}

// Only the resource that messages go to: Prism reads the whole file otherwise, which takes it minutes.
function describe(file) {
  const text = file.endsWith(".xz") ? execFileSync("xz", ["-dc", file], { maxBuffer: 1 << 28 }) : execFileSync("cat", [file], { maxBuffer: 1 << 28 });
  const whole = JSON.parse(text);
  const path = "/2010-04-01/Accounts/{AccountSid}/Messages.json";
  whole.paths = { [path]: whole.paths[path] };
  const wanted = new Set();
  const follow = (node) => {
    if (node === null || typeof node !== "object") return;
    if (typeof node.$ref === "string" && !wanted.has(node.$ref)) {
      wanted.add(node.$ref);
      follow(whole.components.schemas[node.$ref.split("/").pop()]);
    }
    Object.values(node).forEach(follow);
  };
  follow(whole.paths);
  whole.components.schemas = Object.fromEntries(Object.entries(whole.components.schemas).filter(([name]) => wanted.has(`#/components/schemas/${name}`)));
  return whole;
}

const freePort = () =>
  new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });

const folder = mkdtempSync(join(tmpdir(), "journey-prism-"));
const file = join(folder, "twilio.json");
writeFileSync(file, JSON.stringify(describe(given)));
const port = await freePort();
const prism = spawn(process.execPath, [join(options.get("--modules"), "node_modules/@stoplight/prism-cli/dist/index.js"), "mock", "-h", "127.0.0.1", "-p", String(port), "--errors", file], {
  stdio: ["ignore", "pipe", "pipe"],
});
let log = "";
const listening = new Promise((resolve, reject) => {
  const read = (chunk) => {
    log += chunk;
    if (log.includes("Prism is listening")) resolve();
  };
  prism.stdout.on("data", read);
  prism.stderr.on("data", read);
  prism.on("exit", () => reject(new Error(`Prism ended: ${log}`)));
});

let failed = 0;
try {
  await listening;
  const base = `http://127.0.0.1:${port}`;
  const lines = await new Promise((resolve, reject) => {
    const sender = spawn(options.get("--sender"), [base], { stdio: ["ignore", "pipe", "inherit"] });
    let out = "";
    sender.stdout.on("data", (chunk) => (out += chunk));
    sender.on("exit", (code) => (code === 0 ? resolve(out.trim().split("\n")) : reject(new Error(`the sender ended with ${code}`))));
  });
  for (const line of lines) {
    const [label, status, , , violations] = line.split("\t");
    const good = status === "201" && violations === "none";
    console.log(`${good ? "no violation" : "VIOLATION"}: ${label} (${status}, ${violations})`);
    if (!good) failed += 1;
  }
  if (lines.length !== 6) failed += 1;
  // The mock does look: a message to nobody is a violation.
  const broken = await fetch(`${base}/2010-04-01/Accounts/AC0123456789abcdef0123456789abcdef/Messages.json`, {
    method: "POST",
    headers: { "Content-Type": "application/x-www-form-urlencoded", Authorization: "Basic QUM6eA==" },
    body: "Body=x",
  });
  console.log(`a message to nobody: ${broken.status}`);
  if (broken.status === 201) failed += 1;
} finally {
  prism.removeAllListeners("exit");
  prism.kill();
  rmSync(folder, { recursive: true, force: true });
}
if (failed > 0) console.error(log);
process.exit(failed === 0 ? 0 : 1);
