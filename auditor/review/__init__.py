"""What people do with audits: which to look at first, and what they decide."""
