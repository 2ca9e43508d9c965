"""Routes that are prepared when they are needed: most processes never call most of theirs."""

from collections.abc import Callable, Collection, Mapping
from typing import Any

from fastapi.routing import APIRoute
from pydantic import BaseModel
from starlette.routing import compile_path

COMPONENT = "#/components/schemas/{model}"


class LateRoute(APIRoute):
    """A route that knows from the start what it answers to; the rest comes when it is first called or described.

    FastAPI's preparation takes some 2 ms a route, and the application has 288. The test of the contract prepares them
    all, so that a route that can't be prepared is found there.
    """

    def __init__(
        self,
        path: str,
        endpoint: Callable[..., Any],
        *,
        methods: Collection[str] | None = None,
        operation_id: str | None = None,
        **said: Any,
    ) -> None:
        self.path, self.endpoint, self.operation_id = path, endpoint, operation_id
        self.path_regex, self.path_format, self.param_convertors = compile_path(path)
        self.methods = {method.upper() for method in methods or ["GET"]}
        self._unprepared: dict[str, Any] = {**said, "methods": self.methods, "operation_id": operation_id}

    def __getattr__(self, name: str) -> Any:
        """Asked only for what isn't there yet."""
        said = self.__dict__.pop("_unprepared", None)
        if said is None:
            raise AttributeError(name)
        super().__init__(self.path, self.endpoint, **said)
        return getattr(self, name)

    @property
    def openapi_extra(self) -> dict[str, Any] | None:
        """What the contract says of the route beside what FastAPI finds. Where a model stood, there is its schema."""
        return None if self._extra is None else _with_schemas(self._extra)

    @openapi_extra.setter
    def openapi_extra(self, extra: dict[str, Any] | None) -> None:
        self._extra = extra


def _with_schemas(described: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _with_schema(value) for name, value in described.items()}


def _with_schema(value: Any) -> Any:
    if isinstance(value, dict):
        return _with_schemas(value)
    if isinstance(value, type) and issubclass(value, BaseModel):
        return value.model_json_schema(ref_template=COMPONENT)
    return value
