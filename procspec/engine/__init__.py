"""The straight lines of DESIGN section 4; nothing here decides what a field can do, or prints."""
