"""Was the machine right?"""
