"""Documents and tables as files: the same content gives the same bytes, whenever it is made."""
