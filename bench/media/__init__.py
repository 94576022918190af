"""Pictures of users, from the stand-in for Meta into a folder."""
