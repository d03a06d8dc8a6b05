"""`/simulator/...`: the hand that moves the simulated workspace. Answers to loopback only."""

from fastapi import APIRouter, Depends, Request

from simulator.control import acting, messages, observing
from simulator.errors import PermissionDeniedError

LOOPBACK = {"127.0.0.1", "::1"}


def _loopback_only(request: Request) -> None:
    if request.client is None or request.client.host not in LOOPBACK:
        raise PermissionDeniedError("The control API answers to this machine only.")


router = APIRouter(prefix="/simulator", dependencies=[Depends(_loopback_only)])
router.include_router(observing.router)
router.include_router(acting.router)
router.include_router(messages.router)
