// The other sides: a push service for browsers, Apple and Google, as strict as their documentation, on free ports of
// this machine. Each keeps what it accepted in `accepted` and everything it was asked in `asked`.
import assert from "node:assert/strict";
import crypto from "node:crypto";
import http from "node:http";
import http2 from "node:http2";

const listening = (server) =>
  new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server.address().port)));
const bodyOf = async (stream) => {
  const parts = [];
  for await (const part of stream) parts.push(part);
  return Buffer.concat(parts);
};
const closing = (server, sessions = []) => async () => {
  for (const session of sessions) session.destroy();
  server.closeAllConnections?.();
  await new Promise((resolve) => server.close(resolve));
};

/// RFC 8030 with VAPID. `PushApiModel` is web-push-testing's: it checks the VAPID token and key, and decrypts.
export async function browserPushService({ PushApiModel, jsonwebtoken, publicKey }) {
  const model = new PushApiModel();
  const service = { accepted: [], asked: [], answers: new Map() };
  let origin;
  const server = http.createServer(async (request, response) => {
    const body = await bodyOf(request);
    const hash = request.url.split("/").pop();
    service.asked.push({ hash, headers: request.headers, body });
    const planned = service.answers.get(hash)?.shift();
    if (planned) return response.writeHead(planned.status, planned.headers ?? {}).end();
    try {
      const { headers } = request;
      assert.equal(request.method, "POST");
      assert.match(headers.ttl, /^\d+$/);
      assert.match(headers.topic ?? "a", /^[A-Za-z0-9_-]{1,32}$/, "RFC 8030, 5.4");
      assert.match(headers.urgency ?? "normal", /^(very-low|low|normal|high)$/);
      assert.ok(body.length <= 4096, "RFC 8030, 7.2");
      assert.equal(body.readUInt32BE(16), 4096, "RFC 8188's record size");
      const token = /t=([^,]+)/.exec(headers.authorization)[1];
      const claims = jsonwebtoken.decode(token);
      assert.equal(claims.aud, origin, "RFC 8292: the push service's origin");
      assert.ok(claims.exp > Date.now() / 1000 && claims.exp <= Date.now() / 1000 + 86400, "RFC 8292: within a day");
      assert.match(claims.sub, /^(mailto:|https:)/);
      await model.handleNotification(
        hash,
        { encoding: headers["content-encoding"], ttl: headers.ttl, authorization: headers.authorization },
        body,
      );
      service.accepted.push({ hash, headers, plain: model.messages[hash].at(-1) });
      response.writeHead(201, { location: `${origin}/message/${crypto.randomUUID()}` }).end();
    } catch (problem) {
      const status = problem.name === "SubscriptionExpiredError" ? 410 : problem instanceof RangeError ? 404 : 400;
      service.problem = problem;
      response.writeHead(status).end(String(problem));
    }
  });
  origin = `http://127.0.0.1:${await listening(server)}`;
  model.notifyUrl = `${origin}/notify/`;
  service.subscribe = async () => {
    const made = await model.subscribe({ userVisibleOnly: "true", applicationServerKey: publicKey });
    return { hash: made.clientHash, subscription: { endpoint: made.endpoint, expirationTime: null, keys: made.keys } };
  };
  service.expire = (hash) => model.expireSubscription(hash);
  service.stop = closing(server);
  return service;
}

/// Apple's HTTP/2 interface with token authentication: "Sending notification requests to APNs" and "Handling notification
/// responses from APNs".
export async function apple({ jsonwebtoken, key, certificate, signingKey, keyId, teamId, topic }) {
  const service = { accepted: [], asked: [], answers: new Map(), tokens: new Set(), sessions: new Set(), connections: 0 };
  const server = http2.createSecureServer({ key, cert: certificate });
  server.on("session", (session) => {
    service.sessions.add(session);
    service.connections += 1;
    session.on("close", () => service.sessions.delete(session));
    session.on("error", () => {});
  });
  server.on("stream", async (stream, headers) => {
    stream.on("error", () => {});
    const body = await bodyOf(stream);
    const id = headers["apns-id"] ?? crypto.randomUUID();
    const answer = (status, reason, more = {}) => {
      stream.respond({ ":status": status, "apns-id": id, ...more });
      stream.end(reason ? JSON.stringify({ reason, ...(status === 410 ? { timestamp: Date.now() } : {}) }) : undefined);
    };
    const device = /^\/3\/device\/([0-9a-fA-F]+)$/.exec(headers[":path"])?.[1];
    service.asked.push({ device, headers, body });
    if (headers[":method"] !== "POST") return answer(405, "MethodNotAllowed");
    if (!device) return answer(404, "BadPath");
    const token = /^bearer (.+)$/.exec(headers.authorization ?? "")?.[1];
    if (!token) return answer(403, "MissingProviderToken");
    try {
      const { header, payload } = jsonwebtoken.verify(token, signingKey, { algorithms: ["ES256"], complete: true });
      assert.equal(header.kid, keyId);
      assert.equal(payload.iss, teamId);
      if (Math.abs(Date.now() / 1000 - payload.iat) > 3600) return answer(403, "ExpiredProviderToken");
    } catch (problem) {
      service.problem = problem;
      return answer(403, "InvalidProviderToken");
    }
    service.tokens.add(token);
    if (headers["apns-topic"] !== topic) return answer(400, "BadTopic");
    if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id)) return answer(400, "BadMessageId");
    if (Buffer.byteLength(headers["apns-collapse-id"] ?? "") > 64) return answer(400, "BadCollapseId");
    if (!/^(10|5|1)$/.test(headers["apns-priority"] ?? "10")) return answer(400, "BadPriority");
    if (!/^\d+$/.test(headers["apns-expiration"] ?? "0")) return answer(400, "BadExpirationDate");
    if (headers["apns-push-type"] !== "alert") return answer(400, "InvalidPushType");
    if (body.length === 0) return answer(400, "PayloadEmpty");
    if (body.length > 4096) return answer(413, "PayloadTooLarge");
    if (device.length !== 64) return answer(400, "BadDeviceToken");
    const planned = service.answers.get(device)?.shift();
    if (planned?.refuse) return stream.close(http2.constants.NGHTTP2_REFUSED_STREAM);
    if (planned) return answer(planned.status, planned.reason, planned.headers);
    service.accepted.push({ device, headers, payload: JSON.parse(body) });
    answer(200);
  });
  service.port = await listening(server);
  service.stop = closing(server, service.sessions);
  return service;
}

/// Google's token endpoint (RFC 7523) and FCM's HTTP v1 `messages:send`.
export async function google({ jsonwebtoken, signingKey, email, keyId, project }) {
  const service = { accepted: [], asked: [], answers: new Map(), tokens: [] };
  let origin;
  const json = (response, status, value, headers = {}) =>
    response.writeHead(status, { "content-type": "application/json; charset=UTF-8", ...headers }).end(JSON.stringify(value));
  const failed = (status, word, code) => ({
    error: {
      code: status, message: "said by the test", status: word,
      details: code ? [{ "@type": "type.googleapis.com/google.firebase.fcm.v1.FcmError", errorCode: code }] : [],
    },
  });
  const exchange = (request, body, response) => {
    const form = new URLSearchParams(body.toString());
    try {
      assert.equal(request.headers["content-type"], "application/x-www-form-urlencoded");
      assert.equal(form.get("grant_type"), "urn:ietf:params:oauth:grant-type:jwt-bearer");
      const { header, payload } = jsonwebtoken.verify(form.get("assertion"), signingKey, {
        algorithms: ["RS256"], audience: `${origin}/token`, issuer: email, complete: true,
      });
      assert.equal(header.kid, keyId);
      assert.ok(payload.exp - payload.iat <= 3600);
      assert.equal(payload.scope, "https://www.googleapis.com/auth/firebase.messaging");
    } catch (problem) {
      service.problem = problem;
      return json(response, 400, { error: "invalid_grant", error_description: "Invalid JWT Signature." });
    }
    const token = `ya29.${crypto.randomBytes(24).toString("base64url")}`;
    service.tokens.push(token);
    json(response, 200, { access_token: token, expires_in: 3599, token_type: "Bearer" });
  };
  const allTexts = (map) => Object.values(map).every((value) => typeof value === "string");
  const check = (message) => {
    // The names of FCM's reference; protobuf's JSON refuses any other.
    const known = (value, names) => assert.deepEqual(Object.keys(value).filter((name) => !names.includes(name)), []);
    known(message, ["name", "data", "notification", "android", "webpush", "apns", "fcm_options", "token", "topic", "condition"]);
    known(message.notification, ["title", "body", "image"]);
    known(message.android, ["collapse_key", "priority", "ttl", "restricted_package_name", "data", "notification"]);
    assert.match(message.android.ttl, /^\d+(\.\d+)?s$/);
    assert.ok(["high", "normal", undefined].includes(message.android.priority));
    assert.ok(allTexts(message.data), "data is a map of texts");
    for (const name of Object.keys(message.data)) assert.doesNotMatch(name, /^(from|message_type|google.*|gcm.*)$/);
    assert.ok(allTexts(message.apns.headers) && allTexts(message.webpush.headers));
    assert.ok(JSON.stringify([message.notification, message.data]).length <= 4200);
  };
  const server = http.createServer(async (request, response) => {
    const body = await bodyOf(request);
    if (request.url === "/token") return exchange(request, body, response);
    service.asked.push({ headers: request.headers, body });
    if (request.url !== `/v1/projects/${project}/messages:send`) return response.writeHead(404).end("<html>404</html>");
    const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? "")?.[1];
    if (!service.tokens.includes(token)) return json(response, 401, failed(401, "UNAUTHENTICATED"));
    const { message } = JSON.parse(body);
    try {
      check(message);
    } catch (problem) {
      service.problem = problem;
      return json(response, 400, failed(400, "INVALID_ARGUMENT", "INVALID_ARGUMENT"));
    }
    const planned = service.answers.get(message.token)?.shift();
    if (planned) return json(response, planned.status, failed(planned.status, planned.word, planned.code), planned.headers);
    service.accepted.push(message);
    json(response, 200, { name: `projects/${project}/messages/0:${Date.now()}%31bd1c9631bd1c96` });
  });
  origin = `http://127.0.0.1:${await listening(server)}`;
  service.origin = origin;
  service.stop = closing(server);
  return service;
}
