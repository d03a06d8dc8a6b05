"""What breakers and gates have in common: they give leave, and show whether they do."""

from abc import abstractmethod
from collections.abc import Iterable, Sequence
from typing import TypeVar

from temporalio import workflow
from temporalio.common import SearchAttributeKey

with workflow.unsafe.imports_passed_through():
    from lakemend.audit import AuditEntry
    from lakemend.breaker.admission import Addressed
    from lakemend.gate.storm import StormTicket
    from lakemend.incident import BREAKER_STATE_ATTRIBUTE
    from lakemend.letter import Letter
    from lakemend.onward import instead_of, is_answer, letter
    from lakemend.permit import LeaveRequest

from workflows.entity import Entity

_STATE = SearchAttributeKey.for_keyword(BREAKER_STATE_ATTRIBUTE)

MessageT = TypeVar("MessageT")


class PermitGiver(Entity[MessageT]):
    """An entity whose answers are permits, and whose state can be searched for."""

    def __init__(
        self,
        outbox: Sequence[Letter] = (),
        unwritten: Sequence[AuditEntry] = (),
        tickets: Sequence[StormTicket] = (),
    ) -> None:
        super().__init__(outbox, unwritten, tickets)
        self._shown = workflow.info().typed_search_attributes.get(_STATE)

    @property
    def life(self) -> str:
        """Tells this life of the entity from earlier ones, over all of its runs."""
        return workflow.info().first_execution_run_id

    def answer(self, answers: Iterable[Addressed], message: object = None) -> None:
        """Put what answers lead to among the letters to send; `message` may have asked for one."""
        asked = message if isinstance(message, LeaveRequest) else None
        self.outbox.extend(letter(each, asked) for each in answers)

    def lost(self, letter: Letter) -> None:
        """Go on without a level that does not run, and free what a holder had that is gone."""
        self.outbox.extend(instead_of(letter))
        if is_answer(letter):
            self.holder_gone(letter.request_id)

    @abstractmethod
    def holder_gone(self, request_id: str) -> None:
        """Take note that the holder of a request is no longer there."""

    def publish(self, state: str, details: str) -> None:
        """Put the state where lists and the Web UI find it; an upsert is an event, so on change."""
        workflow.set_current_details(details)
        if self._shown != state:
            self._shown = state
            workflow.upsert_search_attributes(  # pyright: ignore[reportUnknownMemberType] - the SDK leaves the type of the update open
                [_STATE.value_set(state)]
            )
