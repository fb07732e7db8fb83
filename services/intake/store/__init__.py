"""What intake keeps: the tables, and the questions that are asked of them. Nothing else speaks SQL."""
