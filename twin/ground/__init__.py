"""Heights and shapes of the BGT surfaces; pure, no files."""
