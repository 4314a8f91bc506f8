"""The way back: into the trash and out of it, and the inverse of an apply."""
