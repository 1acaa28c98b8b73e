"""Time, cut into windows and covered by them; pure functions of the standard library."""
