"""What reporting decides, pure: what events change in the projection, what figures mean, what may be shown to all."""
