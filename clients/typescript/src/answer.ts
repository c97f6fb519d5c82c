import { causeOf } from "./cause.js";
import { type InputError, LatchkeyError, unexpectedAnswer } from "./error.js";

/** Our answers have a few hundred bytes; what is much longer comes from somebody else. */
const MAX_BYTES = 65_536;
const MAX_TEXT = 500;
const PROBLEM_TYPE = "urn:latchkey:problem:";

/** The members of a JSON object; of anything else none. */
export function members(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

/** The body as JSON; `undefined` when it is not JSON or too long. */
export async function readJson(response: Response): Promise<unknown> {
  const text = await readText(response);
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** The body, or nothing when it is too long. */
async function readText(response: Response): Promise<string> {
  const reader = response.body?.getReader();
  const decoder = new TextDecoder();
  let text = "";
  for (let bytes = 0; reader !== undefined;) {
    const { done, value } = await reader.read();
    if (done) break;
    bytes += value.byteLength;
    if (bytes > MAX_BYTES) {
      void reader.cancel().catch(() => {});
      return "";
    }
    text += decoder.decode(value, { stream: true });
  }
  return text;
}

/** The slug of a problem document (docs/API.md, Errors); `undefined` for every other answer. The body stays to be read. */
export async function readSlug(response: Response): Promise<string | undefined> {
  // Node rejects in nobody's hands when a request is aborted while a copy of its answer lies unread.
  return slugOf(await readProblem(response, true));
}

/** The error that an answer without success stands for. Reads the body. */
export async function readError(response: Response): Promise<LatchkeyError> {
  return errorOf(await readProblem(response), response.status, response.headers.get("retry-after"));
}

/** The error that a problem document stands for, or what is in its place. `retryAfter` is the header, if there was one. */
export function errorOf(problem: Readonly<Record<string, unknown>>, status: number, retryAfter: unknown): LatchkeyError {
  const slug = slugOf(problem);
  const pause = seconds(retryAfter) ?? seconds(problem["retry_after"]);
  if (slug === undefined) return unexpectedAnswer(status, pause);
  return new LatchkeyError(slug, text(problem["title"]) ?? slug, {
    status,
    detail: text(problem["detail"]),
    errors: inputErrors(problem["errors"]),
    retryAfter: pause,
    endCause: causeOf(problem["cause"]),
  });
}

async function readProblem(response: Response, copied?: boolean): Promise<Readonly<Record<string, unknown>>> {
  const type = response.headers.get("content-type") ?? "";
  return type.startsWith("application/problem+json") ? members(await readJson(copied ? response.clone() : response)) : {};
}

function slugOf(problem: Readonly<Record<string, unknown>>): string | undefined {
  const type = text(problem["type"]);
  return type?.startsWith(PROBLEM_TYPE) ? type.slice(PROBLEM_TYPE.length) : undefined;
}

function text(value: unknown): string | undefined {
  return typeof value === "string" ? value.slice(0, MAX_TEXT) : undefined;
}

function seconds(value: unknown): number | undefined {
  return /^\d{1,6}$/.test(String(value)) ? Number(value) : undefined;
}

function inputErrors(value: unknown): InputError[] {
  const list: unknown[] = Array.isArray(value) ? value.slice(0, 50) : [];
  return list.map((entry) => ({
    pointer: text(members(entry)["pointer"]) ?? "",
    detail: text(members(entry)["detail"]) ?? "",
  }));
}
