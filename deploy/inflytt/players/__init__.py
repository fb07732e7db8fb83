"""Who plays the scenario: people, an employer, a landlord, a coordinator. They act only as outsiders can."""
