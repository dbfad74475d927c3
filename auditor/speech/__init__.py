"""What was recorded and heard: recordings and transcripts in, utterances out."""
