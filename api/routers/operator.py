"""Who gives orders."""

from fastapi import APIRouter
from pydantic import BaseModel

from api.deps import Operator
from api.openapi import UNAUTHORIZED, UNAVAILABLE

router = APIRouter(prefix="/operator", tags=["health"], responses={**UNAUTHORIZED, **UNAVAILABLE})


class Signed(BaseModel):
    """The name under which orders go into the audit trail."""

    name: str


@router.get("")
async def get_current_operator(operator: Operator) -> Signed:
    """Say whose token this is, so that a sign-in can be checked before it is needed."""
    return Signed(name=operator)
