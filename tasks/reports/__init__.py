"""What a campaign leaves on disk: plain functions from a Report to text, and one that writes them all. No Prefect in here."""
