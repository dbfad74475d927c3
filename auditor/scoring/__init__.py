"""What the call is worth."""
