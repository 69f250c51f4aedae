"""What the windows are made of; knows nothing of any step."""
