"""A small service of the benchmarks' own: one door, one state row, one event, one projection."""
