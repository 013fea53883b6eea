#!/usr/bin/env node
// predict.mjs -- label each line of text with a model that maas-serve serves.
//	MAAS_KEY=maas_... node predict.mjs http://127.0.0.1:8080 MODEL < texts
// One line in, one line out: label, tab, score.  Needs nothing but Node.js 18 or newer.
// A server that is busy is asked once more when it says so.
import { readFileSync } from "node:fs";

const BATCH = 500;
const [url, model] = process.argv.slice(2);
const key = process.env.MAAS_KEY;

if (!url || !model || !key) {
	console.error("usage: MAAS_KEY=maas_... node predict.mjs URL MODEL < texts");
	process.exit(64);
}

const ask = (body) => fetch(`${url}/v1/models/${model}/predict`, {
	method: "POST",
	headers: { Authorization: `Bearer ${key}`, "Content-Type": "application/json" },
	body: JSON.stringify(body),
});

async function predict(text) {
	let reply = await ask({ text, top_k: 1 });
	if ([429, 503].includes(reply.status)) {
		await new Promise((done) => setTimeout(done, 1000 * Number(reply.headers.get("Retry-After") ?? 1)));
		reply = await ask({ text, top_k: 1 });
	}
	const answer = await reply.json();
	if (!reply.ok) {
		console.error(answer.error.message);
		process.exit(1);
	}
	return answer.predictions;
}

const lines = readFileSync(0, "utf8").replace(/\n$/, "").split("\n");
for (let i = 0; i < lines.length; i += BATCH)
	for (const { label, score } of await predict(lines.slice(i, i + BATCH)))
		console.log(`${label}\t${score}`);
