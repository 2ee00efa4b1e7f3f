// Drives the fake gateway with stripe-node: `stripe_node.js URL WEBHOOK_PAYLOAD SIGNATURE SECRET`.
const assert = require("node:assert/strict");
const Stripe = require("stripe");

const [url, payload, signature, secret] = process.argv.slice(2);
const { hostname, port } = new URL(url);
const settings = { host: hostname, port, protocol: "http", telemetry: false };
const stripe = new Stripe("sk_test_node", { ...settings, maxNetworkRetries: 0 });
const retrying = new Stripe("sk_test_node", { ...settings, maxNetworkRetries: 2 });

const wish = { amount: 1000, currency: "usd", payment_method: "pm_card_visa", confirm: true };
const create = (key, more = {}, client = stripe) =>
  client.paymentIntents.create({ ...wish, ...more }, { idempotencyKey: key });
const captured = async () => (await (await fetch(`${url}/_ledgerly/ledger`)).json()).captured;

async function run() {
  const paid = await create("n-1", { metadata: { invoice: "INV-1" }, payment_method_types: ["card"] });
  assert.equal(paid.status, "succeeded");
  const waiting = await stripe.paymentIntents.create({ amount: 700, currency: "usd" });
  assert.equal((await stripe.paymentIntents.confirm(waiting.id, { payment_method: "pm_card_visa" })).status, "succeeded");
  const held = await create("n-held", { capture_method: "manual" });
  assert.equal((await stripe.paymentIntents.capture(held.id, { amount_to_capture: 500 })).amount_received, 500);
  const canceled = await stripe.paymentIntents.create({ amount: 5, currency: "jpy" });
  assert.equal((await stripe.paymentIntents.cancel(canceled.id)).status, "canceled");
  const shown = await stripe.paymentIntents.retrieve(paid.id, { expand: ["latest_charge"] });
  assert.equal(shown.latest_charge.amount_captured, 1000);

  const before = await captured();
  const again = await create("n-1", { metadata: { invoice: "INV-1" }, payment_method_types: ["card"] });
  assert.equal(again.id, paid.id);
  assert.equal(again.lastResponse.headers["idempotent-replayed"], "true");
  await assert.rejects(create("n-1", { amount: 1001 }), { type: "StripeIdempotencyError" });
  const declined = { payment_method: "pm_card_visa_chargeDeclinedInsufficientFunds" };
  await assert.rejects(create("n-no", declined), { type: "StripeCardError", decline_code: "insufficient_funds" });
  assert.equal(await captured(), before);

  await stripe.refunds.create({ payment_intent: paid.id, amount: 300 });
  await assert.rejects(stripe.refunds.create({ payment_intent: paid.id, amount: 701 }), { param: "amount" });

  // The library's own retries, with a key of its own, get through a lost answer and charge once.
  const taken = await captured();
  await retrying.paymentIntents.create({ ...wish, metadata: { ledgerly_fault: "drop_after" } });
  assert.equal(await captured(), taken + 1000);

  const list = await stripe.paymentIntents.list({ limit: 3, created: { gte: 1 } });
  assert.equal(list.data.length, 3);
  assert.ok(list.has_more);
  const events = await stripe.events.list({ type: "payment_intent.succeeded", limit: 1 });
  assert.equal(events.data[0].data.object.object, "payment_intent");

  assert.equal(stripe.webhooks.constructEvent(payload, signature, secret).type, "payment_intent.succeeded");
  assert.throws(() => stripe.webhooks.constructEvent(payload, signature, "whsec_other"));
  console.log("stripe-node", Stripe.PACKAGE_VERSION ?? "", "agrees");
}

run().catch((error) => {
  console.error(error);
  process.exit(1);
});
