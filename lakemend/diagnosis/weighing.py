"""From many findings to one root: the most specific one that is nobody else's consequence."""

from collections.abc import Iterable

from lakemend.diagnosis import Cause, Reason, Remedy
from lakemend.diagnosis.acting import decided, remedy_of
from lakemend.diagnosis.causes import cause_table
from lakemend.diagnosis.matching import Finding

# Below this, a finding is only a word that was mentioned.
LEAST_CONFIDENCE = 0.3

# A cause takes another's place as its root only when we are this sure of it.
_SURE_ROOT = 0.55

# Causes closer than this cannot be told apart by the rules.
_TIE = 0.03

# What asks for a person this plainly, and hardly less plainly than the root, is not acted against.
_PLAIN = 0.7
_NEARLY_AS_PLAIN = 0.2


class Weighed:
    """The root, if there is one, what speaks for it, and what was ruled out and why."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        ranked = sorted(findings, key=lambda found: (-round(found.confidence, 3), -found.depth))
        audible = [found for found in ranked if found.confidence >= LEAST_CONFIDENCE]
        self._mentioned = [found for found in ranked if found.confidence < LEAST_CONFIDENCE]
        self._roots = {found.cause: found for found in reversed(audible)}
        standing = [found for found in audible if self._root_of(found) is None]
        self._consequences = [found for found in audible if self._root_of(found) is not None]
        self.root: Finding | None = next(iter(standing), None)
        self._standing = standing

    @property
    def remedy(self) -> Remedy:
        """What the root asks for, if it is said plainly enough to act upon; else a person."""
        if self.root is None or any(map(self._is_objection, self._standing)):
            return Remedy.PERSON
        return decided(self._standing)

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """What speaks for the root's cause, strongest first, each quote once."""
        root = self.root
        if root is None:
            return ()
        return _once(found.reason for found in self._standing if found.cause is root.cause)

    @property
    def alternatives(self) -> tuple[Cause, ...]:
        """Other causes that the rules cannot tell from the root."""
        root = self.root
        if root is None:
            return ()
        near = (
            found.cause
            for found in self._standing
            if found.cause is not root.cause and root.confidence - found.confidence <= _TIE
        )
        return tuple(dict.fromkeys(near))

    @property
    def ruled_out(self) -> tuple[Reason, ...]:
        """What was found as well, with the reason why it is not the answer."""
        root = self.root
        weaker = [found for found in self._standing if root and found.cause is not root.cause]
        return _once(
            (
                *(self._as_consequence(found) for found in self._consequences),
                *(_because(found, "a more specific cause was found") for found in weaker),
                *(_because(found, "it is only mentioned") for found in self._mentioned),
            )
        )

    def _is_objection(self, found: Finding) -> bool:
        """Whether another cause that needs a person is as good as the root, or is plain as well."""
        root = self.root
        if root is None or found.cause is root.cause or remedy_of(found) is not Remedy.PERSON:
            return False
        behind = root.confidence - found.confidence
        return behind <= _TIE or (found.confidence >= _PLAIN and behind <= _NEARLY_AS_PLAIN)

    def _root_of(self, found: Finding) -> Cause | None:
        """Return the cause that explains this finding, when we are sure enough of it."""
        for cause in cause_table()[found.cause].follows:
            root = self._roots.get(cause)
            if root and root.confidence >= _SURE_ROOT:
                return cause
        return None

    def _as_consequence(self, found: Finding) -> Reason:
        return _because(found, f"a usual consequence of {self._root_of(found)}")


def _because(found: Finding, why: str) -> Reason:
    return found.reason.model_copy(update={"explanation": f"{found.cause} ruled out: {why}"})


def _once(reasons: Iterable[Reason]) -> tuple[Reason, ...]:
    return tuple({(reason.rule, reason.quote): reason for reason in reasons}.values())
