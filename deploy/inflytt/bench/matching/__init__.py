"""What matching is measured by: people and places that are invented from a seed, in the shape of the real ones."""
