"""What all services' HTTP doors stand on; knows nothing of Kafka or SQL."""

from chassis.web.application import create_web
from chassis.web.credentials import bearer, hash_key, new_key, service_token
from chassis.web.csrf import open_to_machines
from chassis.web.deadline import HttpProtocolWithDeadline
from chassis.web.pages import page
from chassis.web.problems import Fault, Problem, general
from chassis.web.reader import language, translator
from chassis.web.sessions import User, current_user, signed_in
from chassis.web.settings import WebSettings
from chassis.web.templates import Templates
from chassis.web.text import StrictRoute, StrictText, text

__all__ = [
    "Fault",
    "HttpProtocolWithDeadline",
    "Problem",
    "StrictRoute",
    "StrictText",
    "Templates",
    "User",
    "WebSettings",
    "bearer",
    "create_web",
    "current_user",
    "general",
    "hash_key",
    "language",
    "new_key",
    "open_to_machines",
    "page",
    "service_token",
    "signed_in",
    "text",
    "translator",
]
