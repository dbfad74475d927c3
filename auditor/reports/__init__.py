"""What leaves the house: tables that other programs open, safe whatever was said in a call."""
