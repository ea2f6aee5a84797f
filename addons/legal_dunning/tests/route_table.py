"""How each route of ours is called rightly; the walk derives the wrong calls.

A new route needs one entry, under its method and its address as they stand in the
controller: ``GET``, ``POST``, ``JSON`` (``type="jsonrpc"``), or ``ANY`` for an HTTP
route without methods. See :class:`Call`.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta

from .route_world import SIGNATURE

LONG_AGO = date(2020, 1, 1)


def _nothing(_world):
    return {}


@dataclass(frozen=True)
class Call:
    """The right call of a route, for one world.

    :ivar args: the numbers and words of the path, the key apart
    :ivar key: the key of the link; none: only who is signed in may call
    :ivar place: where the key stands: ``query``, ``json``, or its name in the path
    :ivar query: what else the address carries
    :ivar data: what is posted, ``(test, world) -> dict``
    :ivar over: records and values that end the link, where it ends by itself
    :ivar who: who calls without a key: ``client`` or ``firm``
    :ivar shows: the right call shows a word of the world, or a file
    :ivar writes: the right call writes something
    :ivar is_open: for everybody, by its purpose: it shows and does nothing of anybody's
    :ivar amount: a payment: what the browser says of the amount is not believed
    """

    args: Callable = _nothing
    key: Callable | None = None
    place: str = "query"
    query: Callable = _nothing
    data: Callable = field(default=lambda _test, _world: {})
    over: Callable | None = None
    who: str = "client"
    shows: bool = False
    writes: bool = False
    is_open: bool = False
    amount: bool = False
    #: whoever is signed in reads what is his own, which is noted as a reading
    notes: bool = False


def _invoice(world):
    return {"invoice_id": world.move.id}


def _invoice_key(world):
    return world.move.access_token


def _matter(world):
    return {"matter_id": world.matter.id}


def _notice(world, **kw):
    return {"matter_id": world.matter.id, "notice_id": world.notice.id, **kw}


def _notice_key(world):
    return world.notice.access_token


def _notice_over(world):
    return world.notice, {"expires_on": LONG_AGO}


def _agreement(world):
    return {"agreement_id": world.agreement.id}


def _agreement_key(world):
    return world.agreement.sudo().client_token


def _agreement_over(world):
    return world.agreement.sudo(), {"link_expires_on": LONG_AGO}


def _time(world, **kw):
    return {"approval_id": world.time.id, **kw}


def _time_key(world):
    return world.time.access_token


def _time_over(world):
    return world.time, {"expires_on": LONG_AGO}


def _approval(_test, world):
    return {"name": "Signataire", "seen": world.time._get_live()[1]}


def _plan(world):
    return {"plan_id": world.plan.id}


def _plan_key(world):
    return world.plan.access_token


def _plan_over(world):
    return world.plan, {"link_expires_on": LONG_AGO}


def _plan_answer(_test, world):
    return {
        "name": "Signataire",
        "agree": "1",
        "seen": world.plan.sent_digest,
        "count": "4",
        "first_on": str(date.today() + timedelta(days=9)),
        "figures": "1008",
        "words": "mille huit euros",
    }


def _provision(world):
    return {"provision_id": world.provision.id}


def _link(world):
    return {"link_id": world.link.id}


def _link_key(world):
    return world.link._get_key()


def _link_over(world):
    return world.link, {"expires_on": LONG_AGO}


def _row(world):
    return {"row": f"i{world.move.id}"}


def _review_key(world):
    step = world.review
    return step._get_approve_url(step.user_id).rsplit("/", 1)[1]


def _words(_test, _world):
    return {"words": "Je ne comprends pas", "kind": "question", "question": "Et ?"}


ROUTES = {
    # -- invoices: understood, contested, paid
    ("ANY", "/my/invoices/<int:invoice_id>"): Call(_invoice, _invoice_key, shows=True),
    ("JSON", "/invoice/transaction/<int:invoice_id>"): Call(
        _invoice,
        _invoice_key,
        place="json",
        data=lambda test, world: test._payment(world.move.amount_residual),
        writes=True,
        amount=True,
    ),
    ("GET", "/my/invoices/overdue"): Call(),
    ("JSON", "/invoice/transaction/overdue"): Call(
        data=lambda test, _world: test._payment(1.0, payment_reference="x"),
    ),
    ("GET", "/my/invoices/<int:invoice_id>/contest"): Call(
        _invoice, _invoice_key, shows=True
    ),
    ("POST", "/my/invoices/<int:invoice_id>/contest"): Call(
        _invoice, _invoice_key, data=_words, writes=True
    ),
    (
        "POST",
        "/my/invoices/<int:invoice_id>/disputes/<int:dispute_id>/<string:verb>",
    ): Call(
        lambda world: {
            **_invoice(world),
            "dispute_id": world.dispute.id,
            "verb": "reply",
        },
        _invoice_key,
        data=_words,
        writes=True,
    ),
    ("GET", "/f/<string:code>"): Call(key=lambda _world: "AbCdEfGhIj", place="code"),
    # -- payment plans
    ("GET", "/my/invoices/<int:invoice_id>/plan"): Call(
        _invoice, _invoice_key, shows=True
    ),
    ("POST", "/my/invoices/<int:invoice_id>/plan"): Call(
        _invoice, _invoice_key, data=_plan_answer, writes=True
    ),
    ("GET", "/my/plans/<int:plan_id>"): Call(
        _plan, _plan_key, over=_plan_over, shows=True
    ),
    ("GET", "/my/plans/<int:plan_id>/pdf"): Call(
        _plan, _plan_key, over=_plan_over, shows=True
    ),
    ("POST", "/my/plans/<int:plan_id>/accept"): Call(
        _plan, _plan_key, data=_plan_answer, over=_plan_over, writes=True
    ),
    ("POST", "/my/plans/<int:plan_id>/counter"): Call(
        _plan, _plan_key, data=_plan_answer, over=_plan_over, writes=True
    ),
    ("POST", "/my/plans/<int:plan_id>/renew"): Call(_plan, _plan_key),
    ("JSON", "/plan/transaction/<int:plan_id>"): Call(
        _plan,
        _plan_key,
        place="json",
        over=_plan_over,
        query=lambda world: {"part": f"i{world.plan.instalment_ids[:1].id}"},
        data=lambda test, world: test._payment(
            world.plan.instalment_ids[:1].amount_left
        ),
        amount=True,
    ),
    # -- provisions
    ("ANY", "/my/provisions/<int:provision_id>"): Call(
        _provision, lambda world: world.provision.access_token, shows=True
    ),
    ("JSON", "/provision/transaction/<int:provision_id>"): Call(
        _provision,
        lambda world: world.provision.access_token,
        place="json",
        data=lambda test, world: test._payment(world.provision.amount_total),
        writes=True,
        amount=True,
    ),
    # -- the payer's page
    ("GET", "/legal/client/<int:link_id>/<string:key>"): Call(
        _link, _link_key, place="key", over=_link_over, shows=True
    ),
    ("POST", "/legal/client/<int:link_id>/<string:key>/renew"): Call(
        _link, _link_key, place="key"
    ),
    ("GET", "/legal/client/<int:link_id>/<string:key>/pay"): Call(
        _link, _link_key, place="key", query=_row, over=_link_over, shows=True
    ),
    ("JSON", "/legal/client/<int:link_id>/<string:key>/transaction"): Call(
        _link,
        _link_key,
        place="key",
        query=_row,
        data=lambda test, world: test._payment(world.move._legal_get_asked()["amount"]),
        over=_link_over,
        writes=True,
        amount=True,
    ),
    ("GET", "/legal/client/<int:link_id>/<string:key>/receipt/<int:tx_id>"): Call(
        lambda world: {**_link(world), "tx_id": world.attempt.id},
        _link_key,
        place="key",
        over=_link_over,
        shows=True,
    ),
    ("POST", "/legal/client/<int:link_id>/<string:key>/transfer"): Call(
        _link,
        _link_key,
        place="key",
        data=lambda _test, world: {**_row(world), "amount": "1,00"},
        over=_link_over,
        writes=True,
    ),
    (
        "GET",
        "/legal/client/<int:link_id>/<string:key>/transfer/<int:transfer_id>",
    ): Call(
        lambda world: {**_link(world), "transfer_id": world.transfer.id},
        _link_key,
        place="key",
        over=_link_over,
        shows=True,
    ),
    ("GET", "/legal/client/<int:link_id>/<string:key>/preferences"): Call(
        _link, _link_key, place="key", over=_link_over
    ),
    ("POST", "/legal/client/<int:link_id>/<string:key>/preferences"): Call(
        _link,
        _link_key,
        place="key",
        data=lambda _test, _world: {"channel": "post"},
        over=_link_over,
        writes=True,
    ),
    ("POST", "/legal/client/<int:link_id>/<string:key>/personal"): Call(
        _link, _link_key, place="key", over=_link_over, writes=True
    ),
    ("GET", "/my/invoices/<int:invoice_id>/annex"): Call(
        _invoice, lambda world: world.link._sign(world.move), over=_link_over
    ),
    ("GET", "/my/account-summary"): Call(shows=True, notes=True),
    ("GET", "/my/account-summary/<int:company_id>"): Call(
        lambda world: {"company_id": world.move.company_id.id}, notes=True
    ),
    # a step that exists makes a link for whoever is signed in, his own
    ("GET", "/my/account-summary/<int:company_id>/<string:step>"): Call(
        lambda world: {"company_id": world.move.company_id.id, "step": "none"}
    ),
    ("GET", "/legal/client/preview/<int:partner_id>"): Call(
        lambda world: {"partner_id": world.client.id}, who="firm", shows=True
    ),
    ("GET", "/legal/client/sent/<int:company_id>/<int:contact_id>"): Call(
        lambda world: {
            "company_id": world.move.company_id.id,
            "contact_id": world.client.id,
        }
    ),
    # shows nothing of anybody: a link leaves for the address on file
    ("GET", "/legal/pay"): Call(is_open=True),
    ("POST", "/legal/pay"): Call(
        data=lambda _test, _world: {"number": "F1", "proof": "1"}, is_open=True
    ),
    # -- matters
    ("GET", "/my/matters"): Call(shows=True),
    ("GET", "/my/matters/<int:matter_id>"): Call(
        _matter, _notice_key, over=_notice_over, shows=True
    ),
    ("GET", "/my/matters/<int:matter_id>/documents/<int:document_id>"): Call(
        lambda world: {**_matter(world), "document_id": world.document.id},
        _notice_key,
        over=_notice_over,
        shows=True,
    ),
    ("GET", "/my/matters/<int:matter_id>/accounts/<int:account_id>"): Call(
        lambda world: {
            "matter_id": world.billed.id,
            "account_id": world.account.id,
        },
        lambda world: world.link._sign(world.billed),
        over=_link_over,
        shows=True,
    ),
    ("GET", "/my/matters/<int:matter_id>/notice/<int:notice_id>/letter"): Call(
        _notice, _notice_key, over=_notice_over, shows=True
    ),
    (
        "POST",
        "/my/matters/<int:matter_id>/notice/<int:notice_id>/<string:verb>",
    ): Call(
        lambda world: _notice(world, verb="accept"),
        _notice_key,
        data=lambda _test, world: {
            "name": "Signataire",
            "seen": world.notice.notice_digest,
        },
        over=_notice_over,
        writes=True,
    ),
    # -- fee agreements
    ("GET", "/my/agreements"): Call(shows=True),
    ("GET", "/my/agreements/<int:agreement_id>"): Call(
        _agreement, _agreement_key, over=_agreement_over, shows=True
    ),
    ("GET", "/my/agreements/<int:agreement_id>/pdf"): Call(
        _agreement, _agreement_key, over=_agreement_over, shows=True
    ),
    ("JSON", "/my/agreements/<int:agreement_id>/sign"): Call(
        _agreement,
        _agreement_key,
        query=lambda world: {"seen": world.agreement.sent_digest},
        data=lambda _test, _world: {"name": "Signataire", "signature": SIGNATURE()},
        over=_agreement_over,
        writes=True,
    ),
    ("POST", "/my/agreements/<int:agreement_id>/question"): Call(
        _agreement, _agreement_key, data=_words, over=_agreement_over, writes=True
    ),
    ("POST", "/my/agreements/<int:agreement_id>/refuse"): Call(
        _agreement, _agreement_key, data=_words, over=_agreement_over, writes=True
    ),
    ("POST", "/my/agreements/<int:agreement_id>/renew"): Call(
        _agreement, _agreement_key, data=_words
    ),
    # -- time to approve
    ("GET", "/my/time"): Call(shows=True),
    ("GET", "/my/time/<int:approval_id>"): Call(_time, shows=True),
    ("POST", "/my/time/<int:approval_id>/<string:verb>"): Call(
        lambda world: _time(world, verb="approve"), data=_approval
    ),
    ("GET", "/legal/time/<int:approval_id>"): Call(_time),
    ("GET", "/legal/time/<int:approval_id>/<string:token>"): Call(
        _time, _time_key, place="token", over=_time_over, shows=True
    ),
    ("POST", "/legal/time/<int:approval_id>/<string:token>/<string:verb>"): Call(
        lambda world: _time(world, verb="approve"),
        _time_key,
        place="token",
        data=_approval,
        over=_time_over,
        writes=True,
    ),
    # -- the firm's own
    ("GET", "/legal/review/<string:payload>"): Call(
        key=_review_key, place="payload", shows=True
    ),
    ("POST", "/legal/review/<string:payload>"): Call(
        key=_review_key,
        place="payload",
        data=lambda _test, world: {"seen": world.review._get_seen()},
        writes=True,
    ),
    ("ANY", "/legal/ereporting/<int:report_id>.csv"): Call(
        lambda world: {"report_id": world.report.id}, who="firm"
    ),
    ("ANY", "/legal/dunning/<int:action_id>/print"): Call(
        lambda world: {"action_id": world.letter.id}, who="firm", shows=True
    ),
    ("GET", "/legal/sample/<int:company_id>/<string:design>.pdf"): Call(
        lambda world: {
            "company_id": world.move.company_id.id,
            "design": "classic",
        },
        who="firm",
    ),
    ("ANY", "/legal/week/<string:monday>"): Call(
        lambda _world: {"monday": "2026-04-06"}, who="firm"
    ),
}
