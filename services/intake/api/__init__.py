"""Intake's doors for machines: JSON in, JSON or problem+json out."""
