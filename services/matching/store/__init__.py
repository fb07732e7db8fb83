"""What matching remembers: households and places as last said, the pairs between them, and offers. All its SQL is here."""
