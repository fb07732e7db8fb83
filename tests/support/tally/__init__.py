"""A small service of the tests' own: it counts, says so, and hears what it said."""
