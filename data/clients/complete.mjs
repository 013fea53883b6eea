#!/usr/bin/env node
// complete.mjs -- continue a text with a model that maas-serve serves, and show it as it comes.
//	MAAS_KEY=maas_... node complete.mjs http://127.0.0.1:8080 MODEL PROMPT
// Needs nothing but Node.js 18 or newer.  A server that is busy is asked once more when it says so.
import { createInterface } from "node:readline";
import { Readable } from "node:stream";

const [url, model, prompt] = process.argv.slice(2);
const key = process.env.MAAS_KEY;

if (!url || !model || prompt === undefined || !key) {
	console.error("usage: MAAS_KEY=maas_... node complete.mjs URL MODEL PROMPT");
	process.exit(64);
}

const fail = ({ error }) => {
	console.error(error.message);
	process.exit(1);
};

const ask = () => fetch(`${url}/v1/completions`, {
	method: "POST",
	headers: { Authorization: `Bearer ${key}`, "Content-Type": "application/json" },
	body: JSON.stringify({ model, prompt, max_tokens: 100, temperature: 0, stream: true }),
});

let reply = await ask();
if ([429, 503].includes(reply.status)) {
	await new Promise((done) => setTimeout(done, 1000 * Number(reply.headers.get("Retry-After") ?? 1)));
	reply = await ask();
}
if (!reply.ok)
	fail(await reply.json());

// data: {"choices":[{"text":"..."}]}, an empty line, ..., data: [DONE]
for await (const line of createInterface({ input: Readable.fromWeb(reply.body) })) {
	if (!line.startsWith("data: {"))
		continue;
	const event = JSON.parse(line.slice(6));
	if (event.error)
		fail(event);
	process.stdout.write(event.choices[0].text);
}
console.log();
