"""What intake is told by its environment, beside what every service is told."""

from pydantic import Field

from chassis.settings import Settings


class IntakeSettings(Settings):
    keys_database_url: str = Field(description="the people's keys: a database of their own, in no backup of the other")
    kek: str = Field(description="base64 of 32 bytes: wraps every key in the keys database")
    partners_file: str = Field(default="", description="JSON: the organisations that may use the partner door")
    trusted_origins: str = Field(default="", description="origins whose pages may call intake, comma between: the desk")
