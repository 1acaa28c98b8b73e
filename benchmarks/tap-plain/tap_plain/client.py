"""What the streams share."""

from __future__ import annotations

from requests.auth import HTTPBasicAuth
from singer_sdk import RESTStream


class ApiStream(RESTStream[int]):
    """A stream of an API with HTTP Basic."""

    url_setting: str

    @property
    def url_base(self) -> str:
        """The API's root."""
        return str(self.config[self.url_setting])

    @property
    def authenticator(self) -> HTTPBasicAuth:
        """The credentials."""
        return HTTPBasicAuth(self.config["username"], self.config["password"])
