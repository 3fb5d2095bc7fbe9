"""The part ``[watch]`` of the settings: how often sites are visited and who is told what."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator


class EmailSettings(BaseModel):
    """``[watch.email]``. ``server``: host and port; the password comes from an environment variable or a file, never
    from the settings; ``ca_file``: certificates to trust besides the public ones' list."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    server: str = Field(pattern=r"^\S+:\d{1,5}$")
    security: Literal["tls", "starttls", "none"] = "tls"
    user: str = ""
    password_env: str = ""
    password_file: str = ""
    ca_file: str = ""
    sender: str = Field(pattern=r"^[^\s@]+@[^\s@]+$")
    to: tuple[str, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _keeps_the_password(self) -> Self:
        if self.user and self.security == "none":
            raise ValueError("a password is not sent over an open line: use tls or starttls")
        if self.user and bool(self.password_env) == bool(self.password_file):
            raise ValueError("a user needs password_env or password_file")
        return self


class WebhookSettings(BaseModel):
    """``[watch.webhook]``. With a secret (environment variable or file) every message is signed."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: str = Field(pattern=r"^https?://\S+$")
    secret_env: str = ""
    secret_file: str = ""
    ca_file: str = ""


AlertKind = Literal["down", "up", "warning", "changed", "network-lost", "network-back"]
ALERT_KINDS: tuple[AlertKind, ...] = ("down", "up", "warning", "changed", "network-lost", "network-back")


class WatchSettings(BaseModel):
    """``[watch]``. ``per_day``: visits a day and site; ``controls``: addresses that tell whether our own network
    works; ``keep_days``: how long visits stay in the log; ``alert_pause``: least seconds between two messages over one
    channel, which hold all that happened meanwhile."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    per_day: int = Field(default=24, ge=20, le=1440)
    concurrency: int = Field(default=32, ge=1, le=1000)
    controls: tuple[str, ...] = ()
    keep_days: int = Field(default=60, ge=8)
    alerts: tuple[AlertKind, ...] = ALERT_KINDS
    alert_pause: int = Field(default=300, ge=0)
    email: EmailSettings | None = None
    webhook: WebhookSettings | None = None

    @field_validator("controls")
    @classmethod
    def _are_addresses(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if not all(one.startswith(("http://", "https://")) for one in value):
            raise ValueError("controls are addresses that begin with http:// or https://")
        return value
