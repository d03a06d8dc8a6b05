"""How a request travels from level to level, so that its holder pays for one answer.

A breaker that grants does not say so: it asks the next level in the holder's name. Who does not
grant answers the holder, and so does the last level. The answer brings along what was said before.
"""

from lakemend.breaker.answers import Addressed
from lakemend.breaker.settings import BreakerSettings, Window
from lakemend.breaker.state import Circuit
from lakemend.gate.talk import GATE_PREFIX, GateReport, PermitCall, gate_workflow_id
from lakemend.letter import Letter
from lakemend.permit import (
    BREAKER_PREFIX,
    CANCEL_REQUEST,
    PERMIT_ANSWERED,
    REPORT,
    REQUEST_PERMIT,
    CancelRequest,
    Decision,
    LeaveRequest,
    Onward,
    PermitAnswer,
    PermitOutcome,
    PermitRequest,
    breaker_workflow_id,
)


def levels_after(call: PermitCall, asked: int) -> tuple[Onward, ...]:
    """Return the requests that are left once the first `asked` breakers of a call were asked."""
    above = call.breakers[asked:]
    breakers = (_onward(breaker_workflow_id(each.name), each.request) for each in above)
    return (*breakers, _onward(gate_workflow_id(call.workspace), call.gate))


def _onward(workflow_id: str, request: LeaveRequest) -> Onward:
    content = request.model_dump(mode="json", exclude_defaults=True)
    return Onward(to=workflow_id, **content)


def letter(addressed: Addressed, asked: LeaveRequest | None = None) -> Letter:
    """Return what is sent for an answer; `asked` is the request that led to it, if one did."""
    answer = addressed.answer
    about = answer.request_id
    if asked is None or about != asked.request_id:
        return _answer(addressed.holder, (answer,), about)
    said = (*asked.passed, answer)
    if asked.then and answer.decision is Decision.GRANTED:
        return _request(asked.then, said, about)
    return _answer(addressed.holder, said, about)


def is_answer(sent: Letter) -> bool:
    """Whether a letter was for the holder, and not for another level."""
    return sent.signal == PERMIT_ANSWERED


def instead_of(lost: Letter) -> tuple[Letter, ...]:
    """Return what is sent instead of a letter that nobody was there to take."""
    if is_answer(lost):
        return _take_back(lost)
    return (_pass_by(lost),) if lost.signal == REQUEST_PERMIT else ()


def _take_back(lost: Letter) -> tuple[Letter, ...]:
    """Give back what the levels below have granted to a holder that is gone."""
    below = PermitAnswer.model_validate(lost.content).passed
    return tuple(given_back(each) for each in below if each.request_id != lost.request_id)


def given_back(answer: PermitAnswer) -> Letter:
    """Return what gives a leave back, or a place in a queue, without an outcome."""
    asked = answer.request_id
    if answer.breaker.startswith(GATE_PREFIX):
        report = GateReport(request_id=asked, outcome=PermitOutcome.IGNORED)
        return Letter(holder=answer.breaker, signal=REPORT, request_id=asked, content=report)
    return Letter(
        holder=breaker_workflow_id(answer.breaker),
        signal=CANCEL_REQUEST,
        request_id=asked,
        content=CancelRequest(request_id=asked),
    )


def _pass_by(lost: Letter) -> Letter:
    """Go on without a level that does not run.

    A breaker that counts failures in a row has none to remember and is left out. Any other level
    has to be started, which the holder does, who hears for that how far its request has come.
    """
    asked = Onward.model_validate(lost.content)
    # the last level is a gate: whoever has others behind it is a breaker
    if asked.then and counts_as_closed(PermitRequest.model_validate(asked.model_dump()).settings):
        name = asked.to.removeprefix(BREAKER_PREFIX)
        absent = granted_by_absence(name, asked.request_id)
        return _request(asked.then, (*asked.passed, absent), lost.request_id)
    return _answer(asked.holder, asked.passed, lost.request_id)


def counts_as_closed(settings: BreakerSettings) -> bool:
    """Whether a breaker that does not run would grant, for it has nothing to remember."""
    return settings.window is Window.CONSECUTIVE


def granted_by_absence(name: str, request_id: str) -> PermitAnswer:
    """Return what a breaker says that does not run, and would be closed."""
    return PermitAnswer(
        request_id=request_id, decision=Decision.GRANTED, breaker=name, state=Circuit.CLOSED
    )


def _request(then: tuple[Onward, ...], passed: tuple[PermitAnswer, ...], about: str) -> Letter:
    following, *rest = then
    return Letter(
        holder=following.to,
        signal=REQUEST_PERMIT,
        request_id=about,
        content=following.model_copy(update={"then": tuple(rest), "passed": passed}),
    )


def _answer(holder: str, said: tuple[PermitAnswer, ...], about: str) -> Letter:
    """Tell the holder what the last of those who were asked has said, and all before it."""
    *passed, answer = said
    content = answer.model_copy(update={"passed": tuple(passed)})
    return Letter(holder=holder, signal=PERMIT_ANSWERED, request_id=about, content=content)
