"""What matching is told by its environment, beside what every service is told."""

from datetime import timedelta

from pydantic import Field

from chassis.settings import Settings


class MatchingSettings(Settings):
    answer_days: int = Field(
        default=7, ge=1, le=60, description="days (platform time) both sides have to answer an offer"
    )

    @property
    def patience(self) -> timedelta:
        return timedelta(days=self.answer_days)
