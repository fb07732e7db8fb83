"""What reporting stores: the projection, and the questions it answers. Only here is SQL spoken."""
