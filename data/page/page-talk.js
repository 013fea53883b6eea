// page-talk.js -- what is asked of the server this page came from, and what goes wrong, in words.
// The key is kept in this tab and goes into one header; it is in no address, no cookie, no other storage.
import { say } from "./page-words.js";

const place = "maas-key";
let key = null;
try {
	key = sessionStorage.getItem(place);
} catch {
	// A browser that stores nothing: the key lives as long as the page.
}

export const signedIn = () => key !== null;

export function keep(text) {
	key = text;
	try {
		if (text === null)
			sessionStorage.removeItem(place);
		else
			sessionStorage.setItem(place, text);
	} catch {
		// As above.
	}
}

// What is left of the key's quota, as the latest answer told: { requests, tokens } of { limit, left, reset }.
export const quota = {};

function noteQuota(headers) {
	for (const what of ["requests", "tokens"]) {
		const limit = headers.get(`x-ratelimit-limit-${what}`);
		if (limit === null)
			delete quota[what];
		else
			quota[what] = {
				limit: Number(limit),
				left: Number(headers.get(`x-ratelimit-remaining-${what}`)),
				reset: headers.get(`x-ratelimit-reset-${what}`),
			};
	}
}

// What people are told; `status` and `code` are for the page.
export class Trouble extends Error {
	constructor(text, status = 0, code = "") {
		super(text);
		this.status = status;
		this.code = code;
	}
}

function when(headers) {
	const seconds = Number(headers.get("Retry-After"));
	if (!(seconds > 0))
		return say("Try again a little later.");
	if (seconds < 90)
		return seconds === 1 ? say("Try again in a second.") : say("Try again in {n} seconds.", { n: seconds });
	const at = new Date(Date.now() + 1000 * seconds).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
	return say("Try again at {at}.", { at });
}

function words(status, error, headers) {
	if (status === 401)
		return say("This key is not known here; it may have expired or been revoked.");
	if (status === 403 && error.code === "invalid_invite")
		return say("This invite code is not known, is used up, or has expired.");
	if (status === 403)
		return say("This key may not do that.") + (error.message ? ` (${error.message})` : "");
	if (status === 404)
		return say("It is not here any more. Load the page again to see what is.");
	if (status === 413)
		return say("That is more than the server takes at once.");
	if (status === 429)
		return say("That was more than the quota allows.") + " " + when(headers);
	if (status === 503)
		return say("The server is busy.") + " " + when(headers);
	if (error.code === "context_length_exceeded")
		return say("The text and what it asks for are too long for this model.");
	if (status < 500 && error.message)
		return say("The server does not understand that: {why}", { why: error.message });
	const id = headers.get("X-Request-Id");
	return say("The server failed.") + (id ? ` (${id})` : "");
}

async function refusal(reply) {
	let error = {};
	try {
		error = (await reply.json()).error || {};
	} catch {
		// Not ours: the status says enough.
	}
	return new Trouble(words(reply.status, error, reply.headers), reply.status, error.code);
}

const away = () => new Trouble(say("The server does not answer. Is it running, and is this machine connected?"));

export const isKey = (text) => /^[\x21-\x7e]{1,200}$/.test(text);

// A Response that is good, or Trouble; an abort stays what it is.
async function ask(path, { body, type = "application/json", accept = "*/*", signal } = {}) {
	const headers = { Accept: accept };
	let reply;

	if (key !== null)
		headers.Authorization = `Bearer ${key}`;
	if (body !== undefined)
		headers["Content-Type"] = type;
	try {
		reply = await fetch(path, {
			method: body === undefined ? "GET" : "POST",
			headers, body, signal, cache: "no-store", credentials: "omit", redirect: "error",
		});
	} catch (e) {
		throw e.name === "AbortError" ? e : away();
	}
	if (key !== null)
		noteQuota(reply.headers);
	if (!reply.ok)
		throw await refusal(reply);
	return reply;
}

export async function get(path) {
	return await (await ask(path)).json();
}

export async function post(path, value, signal) {
	return await (await ask(path, { body: JSON.stringify(value), signal })).json();
}

// Something else of this type that is one row: the line of a table, a file.
export async function postOne(path, body, type, signal) {
	const reply = await (await ask(path, { body, type, accept: "application/json", signal })).json();
	return reply.predictions ? reply.predictions[0] : reply;
}

// The objects of a stream of server-sent events, as they come.
export async function* stream(path, value, signal) {
	const reply = await ask(path, { body: JSON.stringify(value), signal });
	const reader = reply.body.pipeThrough(new TextDecoderStream()).getReader();
	let rest = "";

	for (;;) {
		let part;
		try {
			part = await reader.read();
		} catch (e) {
			throw e.name === "AbortError" ? e : new Trouble(say("The answer broke off: the server went away."));
		}
		if (part.done)
			throw new Trouble(say("The answer broke off: the server went away."));
		rest += part.value;
		for (let end; (end = rest.indexOf("\n\n")) >= 0;) {
			const event = rest.slice(0, end);
			rest = rest.slice(end + 2);
			if (!event.startsWith("data: "))
				continue;
			if (event === "data: [DONE]")
				return;
			const one = JSON.parse(event.slice(6));
			if (one.error)
				throw new Trouble(words(500, one.error, reply.headers), 500, one.error.code);
			yield one;
		}
	}
}
