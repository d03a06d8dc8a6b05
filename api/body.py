"""A body that is read by hand: after the credentials were checked, and never beyond a size."""

from fastapi import Request

from api.problems import BodyTooLargeError

MAX_BODY_BYTES = 256 * 1024


async def read_bounded(request: Request) -> bytes:
    """Read the body; raises BodyTooLargeError, also where no length was declared."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            raise BodyTooLargeError(f"at most {MAX_BODY_BYTES} bytes are read")
    return bytes(body)
