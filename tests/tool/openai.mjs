// openai.mjs -- what OpenAI's own client for Node.js makes of the server.
//	MAAS_TEST_NODE_MODULES=DIR node openai.mjs URL KEY SLOW-KEY OTHER-KEY
// DIR is where the package openai is installed; URL serves the models m (it generates) and topics (it does not).
// SLOW-KEY has one request a second, OTHER-KEY is for topics alone.  A line a case: "ok" or what was wrong.
import { createRequire } from "node:module";
import assert from "node:assert/strict";

const [url, key, slow, other] = process.argv.slice(2);
const OpenAI = createRequire(`${process.env.MAAS_TEST_NODE_MODULES}/`)("openai").default;
const client = (apiKey, more) => new OpenAI({ apiKey, baseURL: `${url}/v1`, maxRetries: 0, ...more });
const ai = client(key);
const ask = { model: "m", prompt: "The chain", max_tokens: 12, temperature: 0 };
let failed = 0;

async function test(what, run) {
	try {
		await run();
		console.log(`ok ${what}`);
	} catch (error) {
		failed++;
		console.log(`not ok ${what}: ${error.message}`);
	}
}

// A request that must fail with this class, status and code.
const fails = (what, kind, status, code, run) => test(what, () => assert.rejects(run, (error) => {
	assert.ok(error instanceof OpenAI[kind], `${error.constructor.name}: ${error.message}`);
	assert.deepEqual([error.status, error.code], [status, code]);
	assert.ok(error.requestID);
	return true;
}));

await test("models.list", async () => {
	const names = [];
	for await (const model of ai.models.list())
		names.push(model.id);
	assert.deepEqual(names.sort(), ["m", "topics"]);
});
await test("models.retrieve", async () => {
	const model = await ai.models.retrieve("m");
	assert.deepEqual([model.id, model.object], ["m", "model"]);
	assert.ok(Math.abs(model.created - Date.now() / 1000) < 86400);
});

let text;
await test("completions", async () => {
	const reply = await ai.completions.create(ask);
	text = reply.choices[0].text;
	assert.equal(reply.object, "text_completion");
	assert.equal(reply.choices[0].finish_reason, "length");
	const { prompt_tokens, completion_tokens, total_tokens } = reply.usage;
	assert.deepEqual([prompt_tokens, completion_tokens, total_tokens], [5, 12, 17]);
	assert.ok(reply._request_id);
});
await test("completions, streamed", async () => {
	let streamed = "", usage, reason;
	for await (const chunk of await ai.completions.create({ ...ask, stream: true, stream_options: { include_usage: true } })) {
		streamed += chunk.choices[0]?.text ?? "";
		reason = chunk.choices[0]?.finish_reason ?? reason;
		usage = chunk.usage ?? usage;
	}
	assert.deepEqual([streamed, reason, usage.total_tokens], [text, "length", 17]);
});
await test("completions, several", async () => {
	const reply = await ai.completions.create({ ...ask, prompt: ["The chain", "a"], n: 2, temperature: 1, seed: 5, logprobs: 2, echo: true });
	assert.deepEqual(reply.choices.map((c) => c.index), [0, 1, 2, 3]);
	assert.ok(reply.choices[0].text.startsWith("The chain"));
	assert.equal(reply.choices[0].logprobs.tokens.length, 17);
	const again = await ai.completions.create({ ...ask, prompt: ["The chain", "a"], n: 2, temperature: 1, seed: 5, logprobs: 2, echo: true });
	assert.deepEqual(again.choices, reply.choices);
});
await test("completions, stop", async () => {
	const reply = await ai.completions.create({ ...ask, stop: [text.slice(4, 6)] });
	assert.deepEqual([reply.choices[0].text, reply.choices[0].finish_reason], [text.slice(0, text.indexOf(text.slice(4, 6))), "stop"]);
});
await test("completions, given up", async () => {
	const stream = await ai.completions.create({ ...ask, max_tokens: 50, stream: true });
	for await (const chunk of stream) {
		assert.ok(chunk.id);
		break; // leaves the stream, which closes the connection
	}
	const quick = new AbortController();
	const reply = ai.completions.create({ ...ask, max_tokens: 50, stream: true }, { signal: quick.signal });
	quick.abort();
	await assert.rejects(reply, (error) => error instanceof OpenAI.APIUserAbortError);
});

await test("embeddings", async () => {
	// The client asks for base64 and hands out numbers.
	const packed = await ai.embeddings.create({ model: "m", input: "The chain" });
	const plain = await ai.embeddings.create({ model: "m", input: ["a", "The chain"], encoding_format: "float" });
	const vector = packed.data[0].embedding;
	assert.equal(vector.length, 32);
	assert.ok(Math.abs(Math.hypot(...vector) - 1) < 1e-5);
	vector.forEach((x, i) => assert.ok(Math.abs(x - plain.data[1].embedding[i]) < 1e-6));
	assert.equal(packed.usage.prompt_tokens, 5);
	const short = await ai.embeddings.create({ model: "m", input: "The chain", dimensions: 4 });
	assert.equal(short.data[0].embedding.length, 4);
});

await fails("a wrong key", "AuthenticationError", 401, "invalid_api_key", () => client("maas_wrong").models.list());
await fails("a model that is not there", "NotFoundError", 404, "model_not_found", () => ai.completions.create({ ...ask, model: "none" }));
await fails("a model that is not for this key", "PermissionDeniedError", 403, "permission_denied", () => client(other).completions.create(ask));
await fails("a prompt that is too long", "BadRequestError", 400, "context_length_exceeded", () => ai.completions.create({ ...ask, prompt: "word ".repeat(100) }));
await fails("a number out of range", "BadRequestError", 400, "invalid_value", () => ai.completions.create({ ...ask, max_tokens: -1 }));
await fails("a member that is not known", "BadRequestError", 400, "unknown_parameter", () => ai.completions.create({ ...ask, maximum: 5 }));
await fails("a model that does not generate", "InternalServerError", 501, "not_supported", () => client(key, { maxRetries: 2 }).completions.create({ ...ask, model: "topics" }));
await fails("chat, which is not served", "NotFoundError", 404, "not_found", () => ai.chat.completions.create({ model: "m", messages: [] }));
await client(slow).models.list();
await fails("too many requests", "RateLimitError", 429, "rate_limit_exceeded", () => client(slow).models.list());
await test("too many requests, asked again", async () => {
	const began = Date.now(); // the client waits for as long as Retry-After says
	await client(slow, { maxRetries: 2 }).models.list();
	assert.ok(Date.now() - began >= 500);
});
process.exit(failed ? 1 : 0);
