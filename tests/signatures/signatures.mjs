// `journey connectors check` shows a request; the provider's own package signs the same one.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { createRequire } from "node:module";
import { join } from "node:path";

const options = new Map();
for (let i = 2; i + 1 < process.argv.length; i += 2) options.set(process.argv[i], process.argv[i + 1]);
const require = createRequire(join(options.get("--modules"), "package.json"));

const kSecret = "SECRET"; // what `check` takes for every secret

function requestOf(provider) {
  const shown = execFileSync(options.get("--journey"), ["connectors", "check", provider], {
    encoding: "utf8",
    env: { ...process.env, JOURNEY_LANG: "en" },
  });
  const [head, ...rest] = shown.slice(shown.search(/^(POST|GET) /m)).split("\n\n");
  const [first, ...lines] = head.split("\n");
  const [method, url] = first.split(" ");
  const headers = Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 2)]));
  return { method, url: new URL(url), headers, body: rest.join("\n\n").replace(/\n$/, "") };
}

let failed = 0;
function same(what, ours, theirs) {
  console.log(`${ours === theirs ? "same" : "NOT THE SAME"}: ${what}`);
  if (ours === theirs) return;
  failed += 1;
  console.error(`  ours   ${ours}\n  theirs ${theirs}`);
}

const sha256 = (text) => createHash("sha256").update(text).digest("hex");

function aliyunAcs3() {
  const { default: Util } = require("@alicloud/openapi-util");
  const ours = requestOf("aliyun-sms");
  const headers = Object.fromEntries(Object.entries(ours.headers).filter(([name]) => name.startsWith("x-acs-")));
  const theirs = Util.getAuthorization(
    {
      pathname: ours.url.pathname,
      method: ours.method,
      query: Object.fromEntries(ours.url.searchParams),
      headers: { ...headers, host: ours.url.host },
    },
    "ACS3-HMAC-SHA256",
    sha256(ours.body),
    "access_key_id",
    kSecret,
  );
  same("aliyun-sms by @alicloud/openapi-util", ours.headers.Authorization, theirs);
}

async function aliyunRpc() {
  const httpx = require("httpx");
  const { RPCClient } = require("@alicloud/pop-core");
  const ours = requestOf(join(options.get("--here"), "rpc.yaml"));
  const fields = { ...Object.fromEntries(ours.url.searchParams), ...Object.fromEntries(new URLSearchParams(ours.body)) };
  const signature = fields.Signature;
  delete fields.Signature;
  const client = new RPCClient({
    endpoint: "https://dysmsapi.aliyuncs.com",
    accessKeyId: "access_key_id",
    accessKeySecret: kSecret,
    apiVersion: "2017-05-25",
  });
  // Its own nonce and time would be new; ours are in the fields already.
  client._buildParams = () => ({});
  let sent;
  httpx.request = async (url, how) => {
    sent = { url, how };
    throw new Error("nothing is sent");
  };
  const { Action, ...rest } = fields;
  await client.request(Action, rest, { method: "POST", formatAction: false, formatParams: false }).catch(() => {});
  same("aliyun-rpc by @alicloud/pop-core", signature, new URLSearchParams(sent.how.data).get("Signature"));
}

function tencent() {
  const sign = require("tencentcloud-sdk-nodejs-common/tencentcloud/common/sign").default;
  const ours = requestOf("tencent-sms");
  const theirs = sign.sign3({
    method: ours.method,
    url: ours.url.href,
    payload: Buffer.from(ours.body),
    timestamp: Number(ours.headers["X-TC-Timestamp"]),
    service: "sms",
    secretId: "secret_id",
    secretKey: kSecret,
    headers: { "Content-Type": ours.headers["Content-Type"] },
  });
  const parts = (text) => text.replace(/,\s*/g, ", ");
  same("tencent-sms by tencentcloud-sdk-nodejs-common", parts(ours.headers.Authorization), parts(theirs));
}

const amazon = { accessKeyId: "access_key_id", secretAccessKey: kSecret, sessionToken: kSecret };

async function smithy() {
  const { SignatureV4 } = require("@smithy/signature-v4");
  const { Sha256 } = require("@aws-crypto/sha256-js");
  const ours = requestOf("ses");
  const time = ours.headers["X-Amz-Date"].replace(/(....)(..)(..)T(..)(..)(..)Z/, "$1-$2-$3T$4:$5:$6Z");
  const signer = new SignatureV4({ credentials: amazon, region: "eu-central-1", service: "ses", sha256: Sha256, applyChecksum: false });
  const signed = await signer.sign(
    {
      method: ours.method,
      protocol: "https:",
      hostname: ours.url.hostname,
      path: ours.url.pathname,
      query: {},
      headers: { host: ours.url.host, "content-type": ours.headers["Content-Type"] },
      body: ours.body,
    },
    { signingDate: new Date(time) },
  );
  same("ses by @smithy/signature-v4", ours.headers.Authorization, signed.headers.authorization);
}

function aws4() {
  const ours = requestOf("ses");
  const signed = require("aws4").sign(
    {
      host: ours.url.host,
      path: ours.url.pathname,
      method: ours.method,
      service: "ses",
      region: "eu-central-1",
      headers: { "Content-Type": ours.headers["Content-Type"], "X-Amz-Date": ours.headers["X-Amz-Date"] },
      extraHeadersToIgnore: { "content-length": true },
      body: ours.body,
    },
    amazon,
  );
  same("ses by aws4", ours.headers.Authorization, signed.headers.Authorization);
}

aliyunAcs3();
await aliyunRpc();
tencent();
await smithy();
aws4();
process.exit(failed === 0 ? 0 : 1);
