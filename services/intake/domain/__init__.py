"""What intake decides: who a household is, what it says to the others, which links and answers still hold."""
