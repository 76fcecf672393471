// A daemon of one's own on loopback: started, asked, and stopped as its operator does.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import net from "node:net";
import path from "node:path";

/// One that was free a moment ago, for who must know it before.
export function freePort() {
  return new Promise((resolve) => {
    const server = net.createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

/// Asks until the answer is something, and gives that. `what` may be a function, for words that are only known by then.
export async function eventually(what, question, seconds = 30) {
  for (const until = Date.now() + seconds * 1000; ; ) {
    const answer = await question();
    if (answer) return answer;
    if (Date.now() > until) throw new Error(`waited in vain for ${typeof what === "function" ? await what() : what}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

/// Serves `project` out of the new directory `data`; `config` is a file, `port` 0 any free one.
export async function startDaemon({ journey, project, data, config, port = 0, env = {} }) {
  const child = spawn(
    path.resolve(journey),
    ["serve", project, "--data", data, "--listen", `127.0.0.1:${port}`, ...(config ? ["--config", config] : [])],
    { stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, JOURNEY_LANG: "en", ...env } },
  );
  const killed = () => child.kill("SIGKILL");
  process.on("exit", killed);
  let said = "";
  const url = await new Promise((resolve, reject) => {
    const listen = (chunk) => {
      said += chunk;
      const found = /serves on (http:\/\/127\.0\.0\.1:\d+)/.exec(said);
      if (found) resolve(found[1]);
    };
    child.stdout.on("data", listen);
    child.stderr.on("data", listen);
    child.on("error", reject);
    child.on("exit", (code) => reject(new Error(`the daemon ended with ${code}:\n${said}`)));
  });
  const key = (name) => readFileSync(path.join(data, "keys", name), "utf8").trim();
  const authorization = `Basic ${Buffer.from(`${key("write_key")}:`).toString("base64")}`;
  const admin = (where) => fetch(url + where, { headers: { authorization: `Bearer ${key("admin_token")}` } });
  const story = async (userId) => (await admin(`/admin/people/user%3A${userId}/timeline`)).text();
  return {
    url, key, admin, story,
    said: () => said,
    /// As the customer's own programs do.
    async post(where, body) {
      const answer = await fetch(url + where, {
        method: "POST", headers: { authorization, "content-type": "application/json" }, body: JSON.stringify(body),
      });
      assert.ok(answer.ok, `${where}: ${answer.status} ${await answer.text()}`);
    },
    tells: (userId, words) =>
      eventually(async () => `"${words}" in ${await story(userId)}\n${said}`, async () => (await story(userId)).includes(words)),
    async stop() {
      child.removeAllListeners("exit");
      const ended = new Promise((resolve) => child.on("exit", resolve));
      child.kill("SIGTERM");
      const code = await ended;
      process.off("exit", killed);
      assert.equal(code, 0, `the daemon drains and ends with 0:\n${said}`);
    },
  };
}
