"""From a page's bytes to rows, exactly, and to lines; which of their values are personal."""
