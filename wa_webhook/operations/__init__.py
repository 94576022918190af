"""What a person on call asks of the system: status, doctor and replay."""
