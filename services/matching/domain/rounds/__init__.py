"""Rounds: the scarce places of pools, allocated to whole households."""
