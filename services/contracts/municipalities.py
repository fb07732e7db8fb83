"""The municipalities that use the platform, and who is the controller of their people's data."""

CONTROLLER = {"2580": "212000-2742", "0380": "212000-3005"}  # Luleå kommun, Uppsala kommun (organisation numbers)
