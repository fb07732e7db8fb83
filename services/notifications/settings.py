"""What notifications is told by its environment, beside what every service is told."""

from typing import Literal

from pydantic import Field

from chassis.settings import Settings


class NotificationsSettings(Settings):
    smtp_host: str = "127.0.0.1"
    smtp_port: int = 25
    smtp_tls: Literal["if_offered", "starttls", "tls"] = "if_offered"
    smtp_user: str = ""
    smtp_password: str = ""
    smtp_timeout: float = Field(default=10, gt=0, description="seconds to wait for each answer of the mail server")
    mail_from: str = Field(default="inflyttning@inflytt.example", pattern=r"^[!-?A-~]+@[!-?A-~]+$")
    sends_in_parallel: int = Field(default=4, ge=1, le=50)
    max_attempts: int = Field(default=20, ge=1, description="then a letter that was turned away has failed")
