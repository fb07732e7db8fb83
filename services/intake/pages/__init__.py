"""Intake's pages for people: the form, the confirmation, and each adult's own page."""
