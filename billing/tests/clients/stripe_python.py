"""Drives the fake gateway with stripe-python: `stripe_python.py URL WEBHOOK_PAYLOAD SIGNATURE SECRET`."""

import json
import sys
import urllib.request

import stripe

URL, PAYLOAD, SIGNATURE, SECRET = sys.argv[1:]
stripe.api_base = URL
stripe.api_key = "sk_test_python"
stripe.max_network_retries = 0
stripe.enable_telemetry = False
Intent = stripe.PaymentIntent


def control(path, body=None):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"{URL}/_ledgerly/{path}", data, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request) as reply:
        return json.load(reply)


def captured():
    return control("ledger")["captured"]


def refused(error, call, **expected):
    try:
        call()
    except error as raised:
        for name, value in expected.items():
            actual = getattr(raised, name, None) or getattr(raised.error, name, None)
            assert actual == value, (name, actual, value)
        return raised
    raise AssertionError(f"{error.__name__} was not raised")


def create(key, **parameters):
    defaults = {"amount": 1000, "currency": "usd", "payment_method": "pm_card_visa", "confirm": True}
    return Intent.create(idempotency_key=key, **(defaults | parameters))


# Create, confirm, capture, cancel, retrieve, list.
paid = create("k-1", off_session=True, payment_method_types=["card"], metadata={"invoice": "INV-1"})
assert paid.status == "succeeded" and paid.amount_received == 1000 and paid.metadata["invoice"] == "INV-1"
waiting = Intent.create(amount=700, currency="usd", automatic_payment_methods={"enabled": True})
assert waiting.status == "requires_payment_method"
assert Intent.confirm(waiting.id, payment_method="pm_card_visa").status == "succeeded"
held = create("k-held", capture_method="manual")
assert held.status == "requires_capture" and held.amount_capturable == 1000
refused(stripe.InvalidRequestError, lambda: Intent.capture(held.id, amount_to_capture=1001), code="amount_too_large")
assert Intent.capture(held.id, amount_to_capture=400).amount_received == 400
canceled = Intent.create(amount=5, currency="jpy")
assert Intent.cancel(canceled.id, cancellation_reason="abandoned").status == "canceled"
refused(stripe.InvalidRequestError, lambda: Intent.cancel(paid.id), code="payment_intent_unexpected_state")
shown = Intent.retrieve(paid.id, expand=["latest_charge"])
assert shown.latest_charge.amount_captured == 1000
assert [intent.id for intent in Intent.list(limit=2).data] == [canceled.id, held.id]
assert len(list(Intent.list(limit=1).auto_paging_iter())) == 4
refused(stripe.InvalidRequestError, lambda: Intent.retrieve("pi_none"), code="resource_missing", http_status=404)

# Pages in both directions, groups of events, whole objects in lists.
newest = [intent.id for intent in Intent.list(limit=100).data]
assert [intent.id for intent in Intent.list(limit=2, starting_after=newest[0]).data] == newest[1:3]
page = Intent.list(limit=2, ending_before=newest[-1])
assert [intent.id for intent in page.data] == newest[-3:-1] and page.has_more
missing = dict(code="resource_missing", http_status=400, param="starting_after")
refused(stripe.InvalidRequestError, lambda: Intent.list(starting_after="pi_none"), **missing)
refused(stripe.InvalidRequestError, lambda: Intent.list(starting_after=newest[0], ending_before=newest[1]))
shown = Intent.list(limit=100, expand=["data.latest_charge.payment_intent"]).data[-1]
assert shown.id == paid.id and shown.latest_charge.payment_intent.id == paid.id and "data" not in shown
refused(stripe.InvalidRequestError, lambda: Intent.retrieve(paid.id, expand=["colour"]), param="expand")
kinds = {event.type for event in stripe.Event.list(type="payment_intent.*", limit=100).data}
assert "payment_intent.canceled" in kinds and "charge.succeeded" not in kinds
captures = stripe.Event.list(types=["charge.captured"]).data
assert [event.data.object.payment_intent for event in captures] == [held.id]

# Metadata: changed, unset, searched for.
changed = Intent.modify(paid.id, description="later", metadata={"order": "6735", "invoice": ""})
assert changed.description == "later" and changed.metadata.to_dict() == {"order": "6735"}
refused(stripe.InvalidRequestError, lambda: Intent.modify(paid.id, amount=1), code="payment_intent_unexpected_state")
found = Intent.search(query="status:'succeeded' AND metadata['order']:'6735'")
assert [intent.id for intent in found.data] == [paid.id]
assert len(list(Intent.search(query="amount>0", limit=1).auto_paging_iter())) == 4
refused(stripe.InvalidRequestError, lambda: Intent.search(query="colour:'red'"), param="query")
assert stripe.Charge.modify(paid.latest_charge, metadata={"a": "b"}).metadata["a"] == "b"

# Idempotency: replay, conflict, a decline that is kept.
before = captured()
again = create("k-1", off_session=True, payment_method_types=["card"], metadata={"invoice": "INV-1"})
assert again.id == paid.id and again.last_response.headers["idempotent-replayed"] == "true"
refused(stripe.IdempotencyError, lambda: create("k-1", amount=1001))
first = refused(stripe.CardError, lambda: create("k-no", payment_method="pm_card_chargeDeclined"))
second = refused(stripe.CardError, lambda: create("k-no", payment_method="pm_card_chargeDeclined"))
assert first.error.payment_intent.id == second.error.payment_intent.id
assert captured() == before

# Each decline.
for method, code, decline_code in [
    ("pm_card_visa_chargeDeclined", "card_declined", "generic_decline"),
    ("pm_card_visa_chargeDeclinedInsufficientFunds", "card_declined", "insufficient_funds"),
    ("pm_card_chargeDeclinedLostCard", "card_declined", "lost_card"),
    ("pm_card_chargeDeclinedStolenCard", "card_declined", "stolen_card"),
    ("pm_card_chargeDeclinedExpiredCard", "expired_card", "expired_card"),
    ("pm_card_chargeDeclinedIncorrectCvc", "incorrect_cvc", "incorrect_cvc"),
    ("pm_card_chargeDeclinedProcessingError", "processing_error", "processing_error"),
    ("pm_card_chargeDeclinedVelocityLimitExceeded", "card_declined", "card_velocity_exceeded"),
    ("pm_card_chargeCustomerFail", "card_declined", "generic_decline"),
]:
    error = refused(stripe.CardError, lambda: create(f"k-{method}", payment_method=method), code=code)
    assert error.error.decline_code == decline_code, method
    assert error.error.payment_intent.status == "requires_payment_method", method
assert error.error.payment_method.card.brand == "visa"
action = create("k-3ds", payment_method="pm_card_authenticationRequired")
assert action.status == "requires_action" and action.next_action is not None
refused(
    stripe.CardError,
    lambda: create("k-3ds-off", payment_method="pm_card_authenticationRequired", off_session=True),
    code="authentication_required",
)
passed = control("authenticate", {"payment_intent": action.id, "succeeds": True})
assert passed["status"] == "succeeded" and Intent.retrieve(action.id).amount_received == 1000
failing = create("k-3ds-fails", payment_method="pm_card_threeDSecure2Required")
control("authenticate", {"payment_intent": failing.id, "succeeds": False})
assert Intent.retrieve(failing.id).last_payment_error.code == "payment_intent_authentication_failure"

# Refunds.
part = stripe.Refund.create(payment_intent=paid.id, amount=300, reason="requested_by_customer", metadata={"a": "b"})
assert part.status == "succeeded" and stripe.Refund.retrieve(part.id).amount == 300
refused(stripe.InvalidRequestError, lambda: stripe.Refund.create(payment_intent=paid.id, amount=701), param="amount")
assert stripe.Refund.create(payment_intent=paid.id).amount == 700
refused(stripe.InvalidRequestError, lambda: stripe.Refund.create(payment_intent=paid.id), code="charge_already_refunded")
assert stripe.Refund.create(payment_intent=held.id).amount == 400
refused(stripe.InvalidRequestError, lambda: stripe.Refund.create(payment_intent=held.id), code="charge_already_refunded")
failed_charge = stripe.Charge.list(limit=100).data[0]
assert not failed_charge.paid
refused(stripe.InvalidRequestError, lambda: stripe.Refund.create(charge=failed_charge.id), param="charge")
fails = stripe.Refund.create(payment_intent=create("k-rf", payment_method="pm_card_refundFail").id)
assert fails.status == "succeeded" and stripe.Refund.retrieve(fails.id).status == "failed"
assert [refund.id for refund in stripe.Refund.list(payment_intent=paid.id).data][-1] == part.id

# Charges and events.
assert stripe.Charge.list(payment_intent=paid.id).data[0].amount_refunded == 1000
kinds = {event.type for event in stripe.Event.list(limit=100).auto_paging_iter()}
assert {"payment_intent.succeeded", "payment_intent.payment_failed", "charge.refunded", "refund.failed"} <= kinds

# Faults: 409, 429, 500 before and after, a lost answer; the same key gets the payment once.
for fault, error in [
    ("conflict", stripe.APIError),
    ("rate_limited", stripe.RateLimitError),
    ("drop_before", stripe.APIConnectionError),
    ("drop_after", stripe.APIConnectionError),
]:
    before = captured()
    key = f"k-{fault}"
    refused(error, lambda: create(key, metadata={"ledgerly_fault": fault}))
    assert create(key, metadata={"ledgerly_fault": fault}).status == "succeeded", fault
    assert captured() == before + 1000, fault
for fault, taken in [("error_before", 0), ("error_after", 1000)]:
    before = captured()
    for _ in range(2):
        refused(stripe.APIError, lambda: create(f"k-{fault}", metadata={"ledgerly_fault": fault}), http_status=500)
    assert captured() == before + taken, fault

# After a day the key is free again, and the payment can still be looked up.
control("clock", {"advance": 24 * 60 * 60})
before = captured()
create("k-1", metadata={"attempt_id": "k-1"})
assert captured() == before + 1000
found = Intent.search(query='metadata["attempt_id"]:"k-1"').data
assert len(found) == 1

# Wrong requests.
refused(stripe.InvalidRequestError, lambda: create("k-a", amount="x"), code="parameter_invalid_integer")
refused(stripe.InvalidRequestError, lambda: create("k-b", amount=0), param="amount")
refused(stripe.InvalidRequestError, lambda: create("k-c", colour="red"), code="parameter_unknown")
refused(stripe.InvalidRequestError, lambda: create("k-d", payment_method="pm_none"), code="resource_missing")
refused(
    stripe.InvalidRequestError,
    lambda: create("k-f", metadata={"ledgerly_fault": "flood"}),
    param="metadata[ledgerly_fault]",
)
stripe.api_key = ""
try:
    create("k-e")
    raise AssertionError("an empty key was accepted")
except stripe.AuthenticationError:
    pass

# Webhooks are signed as the real library checks it.
event = stripe.Webhook.construct_event(PAYLOAD, SIGNATURE, SECRET)
assert event.type == "payment_intent.succeeded"
refused(stripe.SignatureVerificationError, lambda: stripe.Webhook.construct_event(PAYLOAD + " ", SIGNATURE, SECRET))
print("stripe-python", stripe.VERSION, "agrees")
