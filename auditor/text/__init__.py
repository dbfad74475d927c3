"""What the words say: comparable text, words, numbers, context, matchers."""
