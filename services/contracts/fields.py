"""What an event may hold: open fields by name, and sealed ones that only a granted service can read."""

from typing import Annotated, Any, Generic, Literal, TypeVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints


class Open:
    """Marks a kind of text that may stand open in an event for ever, also when the person is gone."""


OPEN = Open()

Code = Annotated[
    str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_.-]{0,63}$"), OPEN
]  # a word from a closed list, a slug
Municipality = Annotated[str, StringConstraints(pattern=r"^\d{4}$"), OPEN]
Controller = Annotated[str, StringConstraints(pattern=r"^\d{6}-\d{4}$"), OPEN]  # organisation number
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2}$"), OPEN]
Month = Annotated[str, StringConstraints(pattern=r"^\d{4}-(0[1-9]|1[0-2])$"), OPEN]
Band = Annotated[str, StringConstraints(pattern=r"^[0-9a-z+–-]{1,24}$"), OPEN]
OccupationGroup = Annotated[str, StringConstraints(pattern=r"^\d{2}$"), OPEN]  # SSYK 2012, two digits
Published = Annotated[str, StringConstraints(max_length=4000), OPEN]  # what an organisation publishes of a place

Allocation = Literal["owner_decides", "queue_bound", "pool", "authority_decides"]
Kind = Literal["job", "home", "school", "education", "network", "employment"]


class Facts(BaseModel):
    """A frozen part of an event; unknown fields are ignored, so that a newer publisher breaks no reader."""

    model_config = ConfigDict(frozen=True, extra="ignore")


T = TypeVar("T", bound=BaseModel)


class Sealed(BaseModel, Generic[T]):
    """One subject's secret in one event.

    Only `subject` and `ciphertext` (base64 of nonce and AES-256-GCM, associated data `subject|event id`) ever leave the
    process. `value` is there between `Sealed.of` and the publisher's commit, and after a reader that is granted the
    subject's key has opened it; it stays None when the key is gone or was never granted.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    subject: UUID
    ciphertext: str | None = None
    value: T | None = Field(default=None, exclude=True)

    @classmethod
    def of(cls, subject: UUID, value: T) -> "Sealed[T]":
        return cls(subject=subject, value=value)

    @classmethod
    def content(cls) -> type[BaseModel]:
        """The model behind the seal, as written in the event's field."""
        return cls.__pydantic_generic_metadata__["args"][0]

    def __eq__(self, other: Any) -> bool:
        """Equal in what they tell: an opened seal equals the value that was sealed."""
        if not isinstance(other, Sealed):
            return NotImplemented
        if self.value is not None or other.value is not None:
            return (self.subject, self.value) == (other.subject, other.value)
        return (self.subject, self.ciphertext) == (other.subject, other.ciphertext)

    def __hash__(self) -> int:
        return hash(self.subject)
