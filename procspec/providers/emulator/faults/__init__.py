"""Faults on demand: rules that say which call meets which trouble, kept in the database of the emulator."""
