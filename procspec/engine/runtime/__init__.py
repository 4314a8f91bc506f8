"""Run time: runs that are started, watched and amended, and what is done about them, once."""
