"""Error reports to Sentry, if there is an address: without bodies, headers, cookies, queries or local variables."""

from typing import Any

from app.config.settings import Settings

# parts of a report that could carry a token, a password or a player's text
CARRIERS = ("data", "headers", "cookies", "query_string", "env")


def start_error_reports(settings: Settings) -> None:
    """Reports unexpected errors of this process. Refusals are no errors and are never sent."""
    if settings.sentry_dsn is None:
        return
    import sentry_sdk  # noqa: PLC0415 – takes 60 ms, which most processes need not spend

    sentry_sdk.init(
        dsn=settings.sentry_dsn.get_secret_value(),
        environment=settings.env,
        send_default_pii=False,
        include_local_variables=False,
        max_request_body_size="never",
        before_send=without_secrets,
    )


def without_secrets(event: Any, _hint: dict[str, Any]) -> Any:
    """The report without anything a client sent but its method and path."""
    request = event.get("request", {})
    for carrier in CARRIERS:
        request.pop(carrier, None)
    event.pop("extra", None)
    event.pop("breadcrumbs", None)
    return event
