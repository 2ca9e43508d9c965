"""A thousand phones: an HTTP client that opens a connection for each request."""

import ssl

import httpx

# Never used: what is tested here speaks plain HTTP. Without it httpx reads the machine's certificates for each client.
NO_CERTIFICATES = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


class Phones(httpx.AsyncBaseTransport):
    """One request, one connection, for answers that are read whole.

    httpx's own pool looks at every connection it has, twice a request: with a thousand of them that took most of the
    processor's time of a test. Nor is any kept, which a busy server might close just as the next request begins.
    """

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        async with httpx.AsyncHTTPTransport(NO_CERTIFICATES) as phone:
            answer = await phone.handle_async_request(request)
            body = b"".join([part async for part in answer.aiter_raw()])
        return httpx.Response(answer.status_code, headers=answer.headers, stream=httpx.ByteStream(body))
