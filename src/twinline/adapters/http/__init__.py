"""The HTTP adapter: routes, problems, description and pages, all made from the catalogue."""
