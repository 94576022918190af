"""What a person on call sees and does: status, numbers, conversations, replays, a person's data."""
