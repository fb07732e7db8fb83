"""Read by Python when it starts, in runs that have this folder on PYTHONPATH: plants the bug that PLANTED names."""

import os

if name := os.environ.get("PLANTED"):
    try:
        from planting import plant

        plant(name)
    except Exception as error:
        raise SystemExit(f"{name} can't be planted: {type(error).__name__} {error}") from error
