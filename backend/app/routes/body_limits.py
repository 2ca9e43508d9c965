"""How large the body of a request may be, by its path. nginx has the same limits (nginx/server.conf)."""

from collections.abc import Callable

from app.config.settings import Settings

OPERATORS = ("/api/admin/", "/console/")
UPLOAD = "/upload"


def body_limit(settings: Settings) -> Callable[[str], int]:
    """Most bodies are small. What hosts send, operators' documents and their files have limits of their own."""
    ordinary, events = settings.max_body_bytes, settings.max_events_body_bytes
    documents, files = settings.max_admin_body_bytes, settings.max_upload_bytes

    def limit(path: str) -> int:
        if path in ("/api/events", "/api/players"):
            return events
        if not path.startswith(OPERATORS):
            return ordinary
        return files if path.endswith(UPLOAD) else documents

    return limit
