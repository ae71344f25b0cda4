"""A line and its limit: base, restrictions, effective limit, use, headroom, states. Pure."""
