"""The municipalities that use the platform: their names, and who is the controller of their people's data."""

NAME = {"2580": "Luleå", "0380": "Uppsala"}
CONTROLLER = {"2580": "212000-2742", "0380": "212000-3005"}  # Luleå kommun, Uppsala kommun (organisation numbers)
