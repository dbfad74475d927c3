"""What is required and what is banned: rule packs, loaded, checked and tried on a call."""
