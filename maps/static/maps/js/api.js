// The one way to the API: same origin, session and CSRF token, typed errors.
import { gettext } from "./page.js";
import { signedOut } from "./session.js";

const BASE = "/api/v1/";

/** An answer that was no success: `status`, `code`, `field`, `cure`. */
export class ApiError extends Error {
  constructor(status, body) {
    super(body.message || gettext("请求失败"));
    this.status = status;
    this.code = body.code || "";
    this.field = body.field || "";
    this.cure = body.cure || "";
    this.details = body.details || [];
  }

  /** Message and cure as one sentence for people. */
  get words() {
    return this.cure ? `${this.message}（${this.cure}）` : this.message;
  }
}

function csrfToken() {
  const found = document.cookie.split("; ").find((part) => part.startsWith("csrftoken="));
  return found ? decodeURIComponent(found.slice(10)) : "";
}

async function call(method, path, body, headers = {}, more = {}) {
  const options = { method, headers: { Accept: "application/json", ...headers }, credentials: "same-origin", ...more };
  if (body instanceof FormData) options.body = body;
  else if (body !== undefined) {
    options.headers["Content-Type"] = "application/json";
    options.body = JSON.stringify(body);
  }
  if (method !== "GET") options.headers["X-CSRFToken"] = csrfToken();
  let answer;
  let text;
  try {
    answer = await fetch(path.startsWith("/") ? path : BASE + path, options);
    text = await answer.text();
  } catch {
    throw new ApiError(0, { code: "offline", message: gettext("没有网络连接"), cure: gettext("恢复后重试，重复提交不会重复生效") });
  }
  if (answer.status === 401) signedOut();
  let content = {};
  try {
    content = text ? JSON.parse(text) : {};
  } catch {
    content = {};
  }
  if (!answer.ok) throw new ApiError(answer.status, content.error || {});
  return content;
}

// `more` goes to fetch: a signal, for who does not want to wait for ever.
export const get = (path, more) => call("GET", path, undefined, {}, more);
export const post = (path, body = {}, headers = {}, more = {}) => call("POST", path, body, headers, more);

/** A key for one act; sending it again is harmless. Works without a secure context too. */
export function clientKey() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
