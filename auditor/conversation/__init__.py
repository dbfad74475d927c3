"""Who is talking, and about what."""
