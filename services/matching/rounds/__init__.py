"""Rounds of pools in the service: solved beside the loop, looked at, published by a named person, taken back."""
